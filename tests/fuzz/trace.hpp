// SPDX-License-Identifier: MIT
// What was seen while a program ran.
#pragma once

#include <climits>
#include <cstdint>
#include <string>
#include <vector>

#include "fuzz/program.hpp"

namespace futex2::fuzz {

// Beside what calls return.
inline constexpr int begun = INT_MIN;          // a wait; its result comes when it ends
inline constexpr int no_return = INT_MIN + 1;  // of a wait of the thread

/** Where each thread has returned or sleeps: everything that stands still. */
struct quiet_point {
    std::vector<size_t> steps;  // that were made since the last one, at the same time;
    std::vector<int> results;   // and of each; none: a wake at the end, with its result
    std::array<int, thread_count> returned;  // what waits have returned since the last one
    std::array<uint64_t, word_count> value;
    std::array<int64_t, word_count> hint;  // of NUMA words
};

struct trace {
    std::vector<quiet_point> points;
    std::vector<std::string> faults;  // what no engine may do
};

/** The steps before a quiet point, in words. */
std::string told(const program& p, const quiet_point& point);

}  // namespace futex2::fuzz
