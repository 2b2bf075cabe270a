// SPDX-License-Identifier: MIT
#include "bench/clock.hpp"

#include <vector>

#include "bench/statistics.hpp"

namespace futex2::bench {
namespace {

// The median of short pieces: what interrupts a piece does not count.
double measured_cost() {
    constexpr int pieces = 21;
    constexpr int calls = 100;
    std::vector<double> ns(pieces);
    for (double& piece : ns) {
        const int64_t begin = now();
        int64_t end = begin;
        for (int i = 0; i < calls; ++i) end = now();
        piece = static_cast<double>(end - begin) / calls;
    }
    return median(ns);
}

}  // namespace

double clock_cost() {
    static const double cost = measured_cost();
    return cost;
}

}  // namespace futex2::bench
