// SPDX-License-Identifier: MIT
// wake-latency: how long from just before a wake until the woken thread runs?
//
// In each round every waiter sleeps on a word of its own; then each is woken by a call of
// its own, one right after the other.
#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "bench/clock.hpp"
#include "bench/lines.hpp"
#include "bench/suites.hpp"
#include "bench/team.hpp"

namespace futex2::bench {
namespace {

template <class Engine>
class wake_latency final : public workload {
  public:
    wake_latency(const settings& how, const Engine& engine)
        : silent_(how.silent),
          engine_(engine),
          where_(how.nodes),
          waiters_(std::max(how.threads, 1)),
          rounds_((how.latencies + waiters_ - 1) / waiters_) {}

    std::vector<series> measures() const override {
        return {{"", waiters_, "p50", "us"},
                {"", waiters_, "p99", "us"},
                {"", waiters_, "p99.9", "us"},
                {"", waiters_, "max", "us"}};
    }

    std::vector<double> run(watchdog& dog) override {
        const pinned_to_first here(where_);
        last_ = histogram();
        std::vector<seat> seats(static_cast<size_t>(waiters_));
        team threads(where_.others(), waiters_, [&](int index) {
            seat& mine = seats[static_cast<size_t>(index)];
            for (int round = 0; round < rounds_; ++round) {
                threads.blocking(index);
                sleep_through(mine, round);
            }
        });
        threads.release();
        for (int round = 0; round < rounds_; ++round) {
            for (int i = 0; i < waiters_; ++i) {
                await_asleep(threads, i, seats[static_cast<size_t>(i)], round);
                dog.beat();
            }
            for (seat& s : seats) wake(s, round);
            for (seat& s : seats) last_.add(latency_of(s, round));
            dog.beat();
        }
        threads.join();
        return {us(last_.quantile(500)), us(last_.quantile(990)), us(last_.quantile(999)),
                us(last_.largest())};
    }

    const histogram* distribution() const override { return &last_; }

    std::string heading() const override {
        return fmt::format("Run summary: {} wakes of {} sleeping thread{}.\n\n",
                           int64_t{rounds_} * waiters_, waiters_, waiters_ == 1 ? "" : "s");
    }
    std::string text_of_run(int run) const override {
        if (silent_) return "";
        return fmt::format("[Run {}]: p50 {} us, p99 {} us, p99.9 {} us, max {} us\n", run,
                           number(us(last_.quantile(500))), number(us(last_.quantile(990))),
                           number(us(last_.quantile(999))), number(us(last_.largest())));
    }
    std::string closing(const measured& runs) const override { return lines(measures(), runs); }

  private:
    using value = typename Engine::value;

    // A waiter's word holds the number of the round (its lowest bits) while it sleeps.
    struct seat {
        padded<typename Engine::word> word;
        alignas(128) std::atomic<int> rounds{0};  // through which it is
        int64_t ran = 0;                          // when it did, in the last of them
        alignas(128) int64_t woken = 0;           // when the waker began to wake it
    };

    static int64_t clock_ns() {
        static const int64_t ns = std::llround(clock_cost());
        return ns;
    }
    static double us(int64_t ns) { return static_cast<double>(ns) / 1e3; }
    static value value_of(int round) { return static_cast<value>(round); }

    void sleep_through(seat& mine, int round) const {
        int result;
        do result = engine_.wait(mine.word, value_of(round));
        while (load(mine.word) == value_of(round) && (result == 0 || result == -EINTR));
        mine.ran = now();
        if (result < 0 && result != -EINTR)
            give_up(fmt::format("wake-latency: a wait answered {}", result));
        mine.rounds.store(round + 1, std::memory_order_release);
    }

    // In its queue first: until then it may sleep because the queue is locked.
    void await_asleep(const team& threads, int index, seat& s, int round) const {
        const unsigned count = static_cast<unsigned>(round) + 1;
        while (threads.blockings(index) < count) std::this_thread::yield();
        while (!engine_.queued(s.word, 1)) std::this_thread::yield();
        threads.await_asleep(index, count);
    }

    void wake(seat& s, int round) const {
        s.woken = now();
        const int count = engine_.store_wake(s.word, value_of(round + 1), 1);
        if (count != 1)
            give_up(fmt::format("wake-latency: a wake of a sleeping thread answered {}", count));
    }

    static int64_t latency_of(const seat& s, int round) {
        while (s.rounds.load(std::memory_order_acquire) <= round) std::this_thread::yield();
        if (s.ran < s.woken)
            give_up("wake-latency: a thread ran before it was woken: the CPUs' clocks differ");
        return std::max<int64_t>(s.ran - s.woken - clock_ns(), 0);
    }

    bool silent_;
    Engine engine_;
    placement where_;
    int waiters_;
    int rounds_;
    histogram last_;  // of the last run
};

}  // namespace

made make_wake_latency(const settings& how, const target& what) {
    return with_engine(what, [&]<class Engine>(const Engine& engine) -> made {
        return {std::make_unique<wake_latency<Engine>>(how, engine), ""};
    });
}

}  // namespace futex2::bench
