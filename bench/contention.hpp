// SPDX-License-Identifier: MIT
// Threads that contend for one lock.
#pragma once

#include <fmt/format.h>

#include <atomic>
#include <chrono>
#include <cmath>
#include <numeric>
#include <stdexcept>
#include <vector>

#include "bench/cost.hpp"
#include "bench/settings.hpp"
#include "bench/team.hpp"
#include "bench/watchdog.hpp"

namespace futex2::bench {

/** Work of a given length that touches no memory. */
class work {
  public:
    explicit work(double ns) : steps_(std::llround(ns / ns_per_step())) {}

    void operator()() const { do_steps(steps_); }

  private:
    static void do_steps(int64_t n) {
        for (int64_t i = 0; i < n; ++i) __asm__ volatile("" : "+r"(i));
    }
    static double ns_per_step() {
        constexpr int64_t many = 1000;
        static const double ns = ns_per_call([](int64_t) {
                                     do_steps(many);
                                     return 0;
                                 }) /
                                 many;
        return ns;
    }

    int64_t steps_;
};

/** What came of a run. */
struct acquisitions {
    std::vector<int64_t> of_thread;
    int64_t sum;
    double seconds;
};

/**
 * Each thread works inside the lock, then outside of it, again and again. The work outside
 * grows with the threads, so that the load on the lock depends little on their number
 * (Abseil's synchronization/mutex_benchmark.cc has the same model).
 */
class contention {
  public:
    explicit contention(const settings& how)
        : where_(how.nodes),
          threads_(how.threads > 0 ? how.threads : where_.count()),
          seconds_(how.seconds > 0 ? how.seconds : 0.2),
          inside_(how.inside_ns),
          outside_(how.outside_ns * threads_) {}

    int threads() const { return threads_; }

    /** acquire(index) takes the lock. Throws if two threads were inside at once. */
    template <class Acquire, class Release>
    acquisitions run(watchdog& dog, const Acquire& acquire, const Release& release) const {
        std::vector<int64_t> had(static_cast<size_t>(threads_));
        alignas(128) std::atomic<bool> done{false};
        alignas(128) int64_t entered = 0;  // the lock guards it
        team threads(where_, threads_, [&](int index) {
            int64_t mine = 0;
            for (; !done.load(std::memory_order_relaxed); ++mine) {
                acquire(index);
                ++entered;
                inside_();
                release();
                outside_();
            }
            had[static_cast<size_t>(index)] = mine;
        });
        const int64_t begin = threads.release();
        dog.rest(std::chrono::duration<double>(seconds_));
        done.store(true, std::memory_order_relaxed);
        threads.join();
        const double seconds = static_cast<double>(now() - begin) / ns_per_second;
        const int64_t sum = std::accumulate(had.begin(), had.end(), int64_t{0});
        if (entered != sum)
            throw std::runtime_error(fmt::format(
                "the lock let two in at once: {} entered, {} were counted", sum, entered));
        return {std::move(had), sum, seconds};
    }

  private:
    placement where_;
    int threads_;
    double seconds_;
    work inside_;
    work outside_;
};

}  // namespace futex2::bench
