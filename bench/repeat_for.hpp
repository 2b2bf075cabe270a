// SPDX-License-Identifier: MIT
// Threads that do the same again and again, for a time.
#pragma once

#include <atomic>
#include <chrono>
#include <numeric>
#include <vector>

#include "bench/clock.hpp"
#include "bench/placement.hpp"
#include "bench/team.hpp"
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

/** Each thread calls what operation(index) answers, again and again. */
template <class Operation>
tally repeat_for(double seconds, const placement& where, int size, watchdog& dog,
                 const Operation& operation) {
    tally all{std::vector<int64_t>(static_cast<size_t>(size)), 0, 0};
    alignas(128) std::atomic<bool> done{false};
    team threads(where, size, [&](int index) {
        auto once = operation(index);
        int64_t times = 0;
        for (; !done.load(std::memory_order_relaxed); ++times) once();
        all.of_thread[static_cast<size_t>(index)] = times;
    });
    const int64_t begin = threads.release();
    dog.rest(std::chrono::duration<double>(seconds));
    done.store(true, std::memory_order_relaxed);
    threads.join();
    all.seconds = static_cast<double>(now() - begin) / ns_per_second;
    all.sum = std::accumulate(all.of_thread.begin(), all.of_thread.end(), int64_t{0});
    return all;
}

}  // namespace futex2::bench
