// SPDX-License-Identifier: MIT
// What one call of a short function costs.
#pragma once

#include <utility>
#include <vector>

#include "bench/clock.hpp"
#include "bench/statistics.hpp"

namespace futex2::bench {

/** Makes the compiler believe that the value is used, and that memory has changed. */
template <class T>
void keep(const T& value) {
    __asm__ volatile("" : : "r"(value) : "memory");
}

/** Nanoseconds for each of `calls` calls of f(i) -> int, 0 <= i < calls. */
template <class F>
double ns_of_calls(const F& f, int64_t calls) {
    const stopwatch watch;
    for (int64_t i = 0; i < calls; ++i) keep(f(i));
    return watch.ns() / static_cast<double>(calls);
}

/**
 * The same, as the median of many short pieces: what interrupts a piece does not
 * count.
 */
template <class F>
double ns_per_call(const F& f) {
    constexpr double long_enough = 1e5;
    constexpr int pieces = 21;
    int64_t calls = 16;
    while (ns_of_calls(f, calls) * static_cast<double>(calls) < long_enough) calls *= 2;
    std::vector<double> ns(pieces);
    for (double& piece : ns) piece = ns_of_calls(f, calls);
    return median(std::move(ns));
}

}  // namespace futex2::bench
