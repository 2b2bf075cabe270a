// SPDX-License-Identifier: MIT
// round-trip: two threads wake each other in turn, each waiting on a word of its
// own; several such pairs at once where asked.
#include <fmt/format.h>
#include <futex2/testing.h>

#include "bench/clock.hpp"
#include "bench/lines.hpp"
#include "bench/suites.hpp"
#include "bench/team.hpp"

namespace futex2::bench {
namespace {

// While it lives, no waiter of the library spins.
class without_spin {
  public:
    without_spin() : before_(futex2_testing_set_spin(0)) {}
    ~without_spin() { futex2_testing_set_spin(before_); }
    without_spin(const without_spin&) = delete;
    without_spin& operator=(const without_spin&) = delete;

  private:
    int before_;
};

template <class Engine>
class round_trip final : public workload {
  public:
    round_trip(const settings& how, const Engine& engine)
        : how_(how), engine_(engine), where_(how.nodes) {
        if (how_.threads == 0) how_.threads = 2;
        if (how_.seconds == 0) how_.seconds = 1;
    }

    std::vector<series> measures() const override {
        return {{how_.spin ? "" : "no spin", how_.threads, "time", "us", false}};
    }

    std::vector<double> run(watchdog& dog) override {
        if (how_.spin) return {measure(dog)};
        const without_spin while_running;
        return {measure(dog)};
    }

    std::string heading() const override {
        return fmt::format("Run summary: {} pairs of threads wake each other for {:g} secs{}.\n\n",
                           how_.threads / 2, how_.seconds, how_.spin ? "" : ", without spinning");
    }
    std::string text_of_run(int run) const override {
        return how_.silent ? "" : fmt::format("[Run {}]: {} us a round trip\n", run, number(us_));
    }
    std::string closing(const measured& runs) const override { return lines(measures(), runs); }

  private:
    using word = typename Engine::word;
    using value = typename Engine::value;

    struct pair {
        padded<word> ping;
        padded<word> pong;
        alignas(128) std::atomic<bool> last{false};
        double rate = 0;  // round trips a second
    };

    // Microseconds for one of all pairs' round trips.
    double measure(watchdog& dog) {
        std::vector<pair> pairs(static_cast<size_t>(how_.threads) / 2);
        std::atomic<bool> done{false};
        // Without spinning, both threads of a pair share a CPU: each sleeps, and its partner
        // runs, at every turn. On two CPUs one often comes back before the other sleeps.
        const placement where = how_.spin ? where_ : where_.in_pairs();
        team threads(where, how_.threads, [&](int i) {
            pair& p = pairs[static_cast<size_t>(i) / 2];
            if (i % 2 == 0)
                lead(p, done);
            else
                follow(p);
        });
        threads.release();
        dog.rest(std::chrono::duration<double>(how_.seconds));
        done.store(true, std::memory_order_relaxed);
        threads.join();
        double rate = 0;
        for (const pair& p : pairs) rate += p.rate;
        us_ = 1e6 / rate;
        return us_;
    }

    void lead(pair& p, const std::atomic<bool>& done) const {
        value turn = 0;
        int64_t trips = 0;
        const stopwatch watch;
        for (bool last = false; !last; ++trips) {
            last = done.load(std::memory_order_relaxed);
            if (last) p.last.store(true, std::memory_order_relaxed);  // told by the next turn
            engine_.store_wake(p.ping, ++turn, 1);
            await(p.pong, turn);
        }
        p.rate = static_cast<double>(trips) / watch.ns() * ns_per_second;
    }

    void follow(pair& p) const {
        value turn = 0;
        for (bool last = false; !last;) {
            await(p.ping, ++turn);
            last = p.last.load(std::memory_order_relaxed);
            engine_.store_wake(p.pong, turn, 1);
        }
    }

    void await(word& w, value turn) const {
        while (load(w) != turn) {
            const int result = engine_.wait(w, static_cast<value>(turn - 1));
            if (result < 0 && result != -EAGAIN && result != -EINTR)
                give_up(fmt::format("round-trip: a wait answered {}", result));
        }
    }

    settings how_;
    Engine engine_;
    placement where_;
    double us_ = 0;  // of the last run
};

}  // namespace

made make_round_trip(const settings& how, const target& what) {
    return with_engine(what, [&]<class Engine>(const Engine& engine) -> made {
        return {std::make_unique<round_trip<Engine>>(how, engine), ""};
    });
}

}  // namespace futex2::bench
