// SPDX-License-Identifier: MIT
// Threads that contend for one lock.
#pragma once

#include <fmt/core.h>

#include <cmath>
#include <stdexcept>
#include <string>

#include "bench/cost.hpp"
#include "bench/repeat_for.hpp"
#include "bench/settings.hpp"

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
          name_(fmt::format("{} ns inside, {} ns outside", how.inside_ns, how.outside_ns)),
          inside_(how.inside_ns),
          outside_(how.outside_ns * threads_) {}

    int threads() const { return threads_; }
    /** "100 ns inside, 100 ns outside": what makes it another load. */
    const std::string& name() const { return name_; }

    /** acquire(index) takes the lock. Throws if two threads were inside at once. */
    template <class Acquire, class Release>
    tally run(watchdog& dog, const Acquire& acquire, const Release& release) const {
        alignas(128) int64_t entered = 0;  // the lock guards it
        tally had = repeat_for(seconds_, where_, threads_, dog, [&](int index) {
            return [&, index] {
                acquire(index);
                ++entered;
                inside_();
                release();
                outside_();
            };
        });
        if (entered != had.sum)
            throw std::runtime_error(fmt::format(
                "the lock let two in at once: {} entered, {} were counted", had.sum, entered));
        return had;
    }

  private:
    placement where_;
    int threads_;
    double seconds_;
    std::string name_;
    work inside_;
    work outside_;
};

}  // namespace futex2::bench
