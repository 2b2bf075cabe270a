// SPDX-License-Identifier: MIT
// From a target to the class of its lock.
#pragma once

#include <memory>

#include "bench/engines.hpp"
#include "bench/locks.hpp"

namespace futex2::bench {

/** make(kind) -> made, with the kind of the target's locks, if they can be had. */
template <class F>
made with_locks(const target& what, const F& make) {
    if (std::string reason = lock_unsupported(what); !reason.empty()) return {nullptr, reason};
    switch (what.engine) {
        case engine_id::user:
            if (what.shared) return make(own_locks<user_shared_lock>{});
            return what.numa ? make(own_locks<user_numa_lock>{}) : make(own_locks<user_lock>{});
        case engine_id::wtf:
            return make(wtf_locks{});
        case engine_id::pthread:
            return what.shared ? make(own_locks<normal_shared_lock>{})
                               : make(own_locks<normal_lock>{});
        case engine_id::adaptive:
            return make(own_locks<adaptive_lock>{});
        case engine_id::shared:
            return make(own_locks<standard_lock<std::shared_mutex>>{});
#if FUTEX2_BENCH_ABSL
        case engine_id::absl:
            return make(own_locks<absl_lock>{});
#endif
#if FUTEX2_BENCH_NSYNC
        case engine_id::nsync:
            return make(own_locks<nsync_lock>{});
#endif
#if FUTEX2_BENCH_TBB
        case engine_id::tbb:
            return make(own_locks<standard_lock<tbb::mutex>>{});
#endif
        default:
            break;
    }
    return with_engine(what, [&]<class Engine>(const Engine& engine) -> made {
        return make(word_locks<Engine>(engine));
    });
}

/** The same, make(new_lock): new_lock() answers a std::unique_ptr of a lock of its own. */
template <class F>
made with_lock(const target& what, const F& make) {
    return with_locks(what, [&]<class Kind>(const Kind& kind) -> made {
        return make([kind] { return std::make_unique<one_lock<Kind>>(kind); });
    });
}

}  // namespace futex2::bench
