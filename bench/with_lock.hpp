// SPDX-License-Identifier: MIT
// From a target to the class of its lock.
#pragma once

#include <memory>

#include "bench/engines.hpp"
#include "bench/locks.hpp"

namespace futex2::bench {

/**
 * make(new_lock) -> made, if the target's lock can be had: new_lock() answers a
 * std::unique_ptr of a lock of its own.
 */
template <class F>
made with_lock(const target& what, const F& make) {
    if (std::string reason = lock_unsupported(what); !reason.empty()) return {nullptr, reason};
    const auto plain = [&]<class Lock>(std::type_identity<Lock>) {
        return make([] { return std::make_unique<Lock>(); });
    };
    switch (what.engine) {
        case engine_id::wtf:
            return plain(std::type_identity<wtf::lock>{});
        case engine_id::pthread:
            return plain(std::type_identity<normal_lock>{});
        case engine_id::adaptive:
            return plain(std::type_identity<adaptive_lock>{});
        case engine_id::shared:
            return plain(std::type_identity<standard_lock<std::shared_mutex>>{});
#if FUTEX2_BENCH_ABSL
        case engine_id::absl:
            return plain(std::type_identity<absl_lock>{});
#endif
#if FUTEX2_BENCH_NSYNC
        case engine_id::nsync:
            return plain(std::type_identity<nsync_lock>{});
#endif
#if FUTEX2_BENCH_TBB
        case engine_id::tbb:
            return plain(std::type_identity<standard_lock<tbb::mutex>>{});
#endif
        default:
            break;
    }
    return with_engine(what, [&]<class Engine>(const Engine& engine) -> made {
        return make([engine] { return std::make_unique<word_lock<Engine>>(engine); });
    });
}

}  // namespace futex2::bench
