// SPDX-License-Identifier: MIT
// Pairs of threads that wake each other in turn.
#pragma once

#include <fmt/core.h>

#include <atomic>
#include <chrono>
#include <numeric>
#include <optional>
#include <vector>

#include "bench/clock.hpp"
#include "bench/engine.hpp"
#include "bench/settings.hpp"
#include "bench/spin.hpp"
#include "bench/team.hpp"
#include "bench/watchdog.hpp"
#include "bench/word.hpp"

namespace futex2::bench {

class pairs {
  public:
    /** Of settings that say nothing else, one pair for so long. */
    pairs(const settings& how, double seconds)
        : where_(how.nodes),
          threads_(how.threads > 0 ? how.threads : 2),
          seconds_(how.seconds > 0 ? how.seconds : seconds),
          spin_(how.spin) {}

    int threads() const { return threads_; }
    size_t count() const { return static_cast<size_t>(threads_) / 2; }
    double seconds() const { return seconds_; }
    bool spin() const { return spin_; }

    /**
     * Microseconds for one of all pairs' round trips. One thread of each pair calls
     * lead(pair, trip, last) for each, from trip 0 on, and tells the other which is the
     * last; the other calls follow(pair) once.
     */
    template <class Lead, class Follow>
    double run(watchdog& dog, const Lead& lead, const Follow& follow) const {
        std::optional<without_spin> while_running;
        if (!spin_) while_running.emplace();
        std::vector<double> rates(count());  // round trips a second
        alignas(128) std::atomic<bool> done{false};
        // Without spinning, both threads of a pair share a CPU: each sleeps, and its partner
        // runs, at every turn. On two CPUs one often comes back before the other sleeps.
        team threads(spin_ ? where_ : where_.in_pairs(), threads_, [&](int i) {
            const size_t pair = static_cast<size_t>(i) / 2;
            if (i % 2 == 0)
                rates[pair] = rate(done, [&](int64_t trip, bool last) { lead(pair, trip, last); });
            else
                follow(pair);
        });
        threads.release();
        dog.rest(std::chrono::duration<double>(seconds_));
        done.store(true, std::memory_order_relaxed);
        threads.join();
        return 1e6 / std::accumulate(rates.begin(), rates.end(), 0.0);
    }

  private:
    template <class Trip>
    static double rate(const std::atomic<bool>& done, const Trip& one) {
        int64_t trips = 0;
        const stopwatch watch;
        for (bool last = false; !last; ++trips) {
            last = done.load(std::memory_order_relaxed);
            one(trips, last);
        }
        return static_cast<double>(trips) / watch.ns() * ns_per_second;
    }

    placement where_;
    int threads_;
    double seconds_;
    bool spin_;
};

/** Sleeps until the word holds the value; it holds the one before until then. */
template <class Engine>
void await_turn(const Engine& engine, typename Engine::word& w, typename Engine::value turn) {
    using value = typename Engine::value;
    while (load(w) != turn) {
        const int result = engine.wait(w, static_cast<value>(turn - 1));
        if (result < 0 && result != -EAGAIN && result != -EINTR)
            give_up(fmt::format("a wait for the other thread's turn answered {}", result));
    }
}

}  // namespace futex2::bench
