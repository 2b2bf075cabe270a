// SPDX-License-Identifier: MIT
// What one call of a short function costs.
#pragma once

#include "bench/clock.hpp"

namespace futex2::bench {

/** Makes the compiler believe that the value is used, and that memory has changed. */
template <class T>
void keep(const T& value) {
    __asm__ volatile("" : : "r"(value) : "memory");
}

/** Nanoseconds for each of `calls` calls of f(i) -> int, 0 <= i < calls. */
template <class F>
double ns_of_calls(const F& f, int64_t calls) {
    const int64_t begin = now();
    for (int64_t i = 0; i < calls; ++i) keep(f(i));
    return static_cast<double>(now() - begin) / static_cast<double>(calls);
}

/** The same for as many calls as take two milliseconds. */
template <class F>
double ns_per_call(const F& f) {
    constexpr double long_enough = 2e6;
    for (int64_t calls = 64;; calls *= 2)
        if (const double ns = ns_of_calls(f, calls); ns * static_cast<double>(calls) >= long_enough)
            return ns;
}

}  // namespace futex2::bench
