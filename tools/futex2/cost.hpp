// SPDX-License-Identifier: MIT
// What one call of a short function costs.
#pragma once

#include <algorithm>
#include <chrono>
#include <vector>

namespace futex2::command {

/** Nanoseconds that a number of calls takes; each answers an int. */
template <class F>
double time_of(const F& call, long calls) {
    const auto begin = std::chrono::steady_clock::now();
    int sum = 0;
    for (long i = 0; i < calls; ++i) sum ^= call();
    const auto end = std::chrono::steady_clock::now();
    // Used, or the loop may be left out.
    [[maybe_unused]] volatile int kept = sum;
    return std::chrono::duration<double, std::nano>(end - begin).count();
}

/** Nanoseconds a call: the median of nine runs of at least a millisecond. */
template <class F>
double cost_of(const F& call) {
    constexpr double shortest_run = 1e6;
    long calls = 1024;
    while (time_of(call, calls) < shortest_run) calls *= 2;
    std::vector<double> runs(9);
    for (double& run : runs) run = time_of(call, calls) / static_cast<double>(calls);
    std::nth_element(runs.begin(), runs.begin() + 4, runs.end());
    return runs[4];
}

}  // namespace futex2::command
