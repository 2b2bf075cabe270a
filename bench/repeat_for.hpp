// SPDX-License-Identifier: MIT
// Threads that do the same again and again, for a time.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <vector>

#include "bench/placement.hpp"
#include "bench/watchdog.hpp"

namespace futex2::bench {

/** How often they did it. */
struct tally {
    std::vector<int64_t> of_thread;
    int64_t sum;
    double seconds;

    /** A second. */
    double rate() const { return static_cast<double>(sum) / seconds; }
};

/** What a thread does until `done`; the answer is how often. */
using repetition = std::function<int64_t(int index, const std::atomic<bool>& done)>;

tally run_for(double seconds, const placement& where, int size, watchdog& dog,
              const repetition& body);

/** Each thread calls what operation(index) answers, again and again. */
template <class Operation>
tally repeat_for(double seconds, const placement& where, int size, watchdog& dog,
                 const Operation& operation) {
    return run_for(seconds, where, size, dog, [&](int index, const std::atomic<bool>& done) {
        auto once = operation(index);
        int64_t times = 0;
        for (; !done.load(std::memory_order_relaxed); ++times) once();
        return times;
    });
}

}  // namespace futex2::bench
