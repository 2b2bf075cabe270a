// SPDX-License-Identifier: MIT
// From a target to the classes of its condition variables.
#pragma once

#include <fmt/core.h>

#include "bench/conditions.hpp"
#include "bench/engines.hpp"

namespace futex2::bench {

/** make(kind...) -> made, with the kinds of condition variables that the target has, if any. */
template <class F>
made with_conditions(const target& what, const F& make) {
    if (std::string reason = lock_unsupported(what); !reason.empty()) return {nullptr, reason};
    switch (what.engine) {
        case engine_id::user:
            if (what.numa) return {nullptr, "not supported: numa_mutex has no condition variable"};
            if (what.shared) return make(own_conditions<user_shared_lock, user_shared_condition>{});
            return make(own_conditions<user_lock, user_condition>{});
        case engine_id::wtf:
            return make(wtf_conditions{});
        case engine_id::pthread:
            if (what.shared)
                return make(own_conditions<normal_shared_lock, pthread_shared_condition>{});
            return make(own_conditions<normal_lock, pthread_condition>{});
        case engine_id::adaptive:
            return make(own_conditions<adaptive_lock, pthread_condition>{});
#if FUTEX2_BENCH_ABSL
        case engine_id::absl:
            return make(own_conditions<absl_lock, absl_condition>{});
#endif
#if FUTEX2_BENCH_NSYNC
        case engine_id::nsync:
            return make(own_conditions<nsync_lock, nsync_condition>{});
#endif
        case engine_id::shared:
        case engine_id::tbb:
            return {nullptr, fmt::format("not supported: {} has no condition variable of its own",
                                         meaning_of(what.engine))};
        default:
            break;
    }
    return with_engine(what, [&]<class Engine>(const Engine& engine) -> made {
        using waking = word_conditions<Engine, notify_by::wake>;
        using requeueing = word_conditions<Engine, notify_by::requeue>;
        if constexpr (sizeof(typename Engine::value) < sizeof(uint32_t))
            return {nullptr,
                    fmt::format("not supported: a sequence of {} bits comes round too soon",
                                what.bits)};
        else if constexpr (Engine::has_requeue)
            return make(waking(engine), requeueing(engine));
        else
            return make(waking(engine));
    });
}

}  // namespace futex2::bench
