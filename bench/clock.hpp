// SPDX-License-Identifier: MIT
#pragma once

#include <time.h>

#include <cstdint>

namespace futex2::bench {

/** CLOCK_MONOTONIC in nanoseconds. */
inline int64_t now() noexcept {
    timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return int64_t{t.tv_sec} * 1'000'000'000 + t.tv_nsec;
}

inline constexpr double ns_per_second = 1e9;
inline constexpr double ns_per_ms = 1e6;

}  // namespace futex2::bench
