// SPDX-License-Identifier: MIT
#pragma once

#include <time.h>

#include <algorithm>
#include <cstdint>

namespace futex2::bench {

/** CLOCK_MONOTONIC in nanoseconds. */
inline int64_t now() noexcept {
    timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return int64_t{t.tv_sec} * 1'000'000'000 + t.tv_nsec;
}

/**
 * Nanoseconds that now() itself takes here: what two calls with nothing between them are
 * apart. Measured at the first call, in less than a millisecond.
 */
double clock_cost();

/** Measures a time, less what the clock itself costs. */
class stopwatch {
  public:
    /** Nanoseconds since it was made; never below 0. */
    double ns() const { return std::max(0.0, static_cast<double>(now() - begin_) - cost_); }

  private:
    double cost_ = clock_cost();
    int64_t begin_ = now();  // last: it starts when all else is done
};

inline constexpr double ns_per_second = 1e9;
inline constexpr double ns_per_ms = 1e6;

}  // namespace futex2::bench
