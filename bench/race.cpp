// SPDX-License-Identifier: MIT
// race: two threads on two nodes become the first waiters of a NUMA word at
// once, while a third changes its value and wakes all. Whoever is queued when
// that wake has returned is stranded: the two queued in different tables, and
// the wake has looked into one.
//
// A process without two nodes runs the suite in a child with two virtual ones.
#include <fmt/core.h>

#include <algorithm>
#include <climits>
#include <random>

#include "bench/child.hpp"
#include "bench/clock.hpp"
#include "bench/lines.hpp"
#include "bench/suites.hpp"
#include "bench/team.hpp"

namespace futex2::bench {
namespace {

constexpr int waiters = 2;

std::vector<series> race_measures() {
    return {{"", waiters + 1, "stranded waiters", "count", false},
            {"", waiters + 1, "hints not -1 at the end", "count", false},
            {"", waiters + 1, "time of a start", "us", false}};
}

std::string race_failure(std::string_view engine, double stranded) {
    if (engine != name_of(engine_id::user) || stranded == 0) return "";
    return fmt::format("race: {} waiters were stranded", stranded);
}

// Gives way now and then: there may be fewer CPUs than threads.
template <class Condition>
void spin_until(const Condition& holds) {
    for (unsigned i = 1; !holds(); ++i)
        if (i % 256 == 0) std::this_thread::yield();
}

template <class Engine>
class race final : public workload {
  public:
    race(const settings& how, const target& what, const Engine& engine)
        : how_(how),
          what_(what),
          engine_(engine),
          where_(two_nodes(how.nodes)),
          random_(how.seed) {}

    std::vector<series> measures() const override { return race_measures(); }

    std::vector<double> run(watchdog& dog) override {
        stranded_ = hints_left_ = 0;
        met_ = meetings_ = 0;
        start_.store({}, std::memory_order_relaxed);
        for (auto& f : finished_) f.store(0, std::memory_order_relaxed);
        word_ = {};
        team threads(where_, waiters, [this](int i) { wait_each_time(i); });
        threads.release();
        const stopwatch watch;
        for (int64_t number = 1; number <= how_.starts; ++number) {
            wake_once(number);
            if (number % 64 == 0) dog.beat();
        }
        const double ns = watch.ns();
        start_.store({stop, false}, std::memory_order_release);
        threads.join();
        const double us = ns / static_cast<double>(how_.starts) / 1e3;
        return {static_cast<double>(stranded_), static_cast<double>(hints_left_), us};
    }

    std::string failure() const override {
        return race_failure(name_of(what_.engine), static_cast<double>(stranded_));
    }

    std::string heading() const override {
        return fmt::format(
            "Run summary: {} starts of {} waiters on nodes {} and {} against a waker, seed {}.\n\n",
            how_.starts, waiters, nodes_[0], nodes_[1], how_.seed);
    }
    std::string closing(const measured& runs) const override { return lines(measures(), runs); }

  private:
    using word = typename Engine::word;
    using value = typename Engine::value;

    static constexpr int64_t stop = INT64_MAX;
    static constexpr int64_t too_long = 50'000'000;  // ns

    // What the waiters are told: which start this is, and whether they make sure
    // that they begin at the same time.
    struct start {
        int64_t number = 0;
        bool together = false;
    };
    // In one word, so that they are read at once.
    class shared_start {
      public:
        void store(start s, std::memory_order order) {
            both_.store(s.number == stop ? stop : 2 * s.number + (s.together ? 1 : 0), order);
        }
        start load() const {
            const int64_t both = both_.load(std::memory_order_acquire);
            if (both == stop) return {stop, false};
            return {both / 2, both % 2 == 1};
        }

      private:
        std::atomic<int64_t> both_{0};
    };

    placement two_nodes(const std::vector<int>& chosen) {
        nodes_ = chosen.size() < waiters ? nodes_here() : chosen;
        nodes_.resize(waiters);
        return placement(nodes_);
    }

    // The word holds the number of the start (its lowest bits) while it is the time
    // to wait, and the next number when it is over.
    static value value_of(int64_t number) { return static_cast<value>(number); }

    void wait_each_time(int index) {
        for (int64_t number = 1;; ++number) {
            start s;
            spin_until([&] { return (s = start_.load()).number >= number; });
            if (s.number == stop) return;
            if (s.together) meet();
            while (load(word_) == value_of(number)) {
                const int result = engine_.wait(word_, value_of(number));
                if (result < 0 && result != -EAGAIN && result != -EINTR)
                    give_up(fmt::format("race: a wait answered {}", result));
            }
            finished_[index].store(number, std::memory_order_release);
        }
    }

    // Waits for the other waiter. Each has come here once in each such start.
    void meet() {
        met_.fetch_add(1, std::memory_order_acq_rel);
        const int64_t wanted = waiters * meetings_.load(std::memory_order_relaxed);
        spin_until([&] { return met_.load(std::memory_order_acquire) >= wanted; });
    }

    void wake_once(int64_t number) {
        store(word_, value_of(number));
        const bool together = random_() % 2 == 0;
        if (together) meetings_.fetch_add(1, std::memory_order_relaxed);
        start_.store({number, together}, std::memory_order_release);
        for (uint64_t delay = random_() % 1024; delay > 0; --delay) keep_busy();
        if (random_() % 4 != 0) std::this_thread::yield();
        wake_all(value_of(number + 1));
        collect(number);
        if (__atomic_load_n(&word_.hint, __ATOMIC_ACQUIRE) != FUTEX_NO_NODE) {
            ++hints_left_;
            set_hint(FUTEX_NO_NODE);
        }
    }

    static void keep_busy() { __asm__ volatile("" : : : "memory"); }

    void wake_all(value next) {
        int result;
        if (random_() % 2 == 0) {
            result = engine_.store_wake(word_, next, INT_MAX);
        } else {
            store(word_, next);
            result = engine_.wake(word_, INT_MAX);
        }
        if (result < 0) give_up(fmt::format("race: a wake answered {}", result));
    }

    bool finished(int index, int64_t number) const {
        return finished_[index].load(std::memory_order_acquire) >= number;
    }

    // Waits until both are through. Who is still queued when the wake has returned is
    // stranded. Who is merely asleep is not: it may sleep on a bucket's lock.
    void collect(int64_t number) {
        const auto all_finished = [&] { return finished(0, number) && finished(1, number); };
        while (!all_finished()) {
            const int64_t since = now();
            spin_until([&] { return all_finished() || now() - since > too_long; });
            if (!all_finished()) stranded_ += free_stranded();
        }
    }

    // Whatever table they are in. Returns how many there were.
    int free_stranded() {
        int freed = 0;
        for (const int node : nodes_here()) {
            set_hint(node);
            freed += std::max(engine_.wake(word_, INT_MAX), 0);
        }
        set_hint(FUTEX_NO_NODE);
        return freed;
    }

    void set_hint(int node) {
        __atomic_store_n(&word_.hint, static_cast<decltype(word_.hint)>(node), __ATOMIC_SEQ_CST);
    }

    settings how_;
    target what_;
    Engine engine_;
    std::vector<int> nodes_;
    placement where_;
    std::mt19937_64 random_;
    padded<word> word_;
    alignas(128) shared_start start_;
    alignas(128) std::atomic<int64_t> met_{0};
    std::atomic<int64_t> meetings_{0};
    alignas(128) std::atomic<int64_t> finished_[waiters] = {};
    int64_t stranded_ = 0;  // in the last run
    int64_t hints_left_ = 0;
};

// The suite in a process that has two virtual nodes.
class race_in_child final : public workload {
  public:
    race_in_child(const settings& how, const target& what) : how_(how), what_(what) {}

    std::vector<series> measures() const override { return race_measures(); }

    std::vector<double> run(watchdog& dog) override {
        std::vector<std::string> arguments = {"bench",    "race",
                                              "--starts", std::to_string(how_.starts),
                                              "--repeat", "1",
                                              "--seed",   std::to_string(how_.seed),
                                              "--engine", std::string(name_of(what_.engine)),
                                              "--size",   std::to_string(what_.bits),
                                              "--format", "json",
                                              "--silent"};
        std::vector<double> values = run_child(arguments, {{"FUTEX2_NODES", "2"}}, dog);
        if (values.size() != measures().size())
            throw std::runtime_error("race: the child did not measure it");
        stranded_ = values[0];
        return values;
    }

    std::string failure() const override { return race_failure(name_of(what_.engine), stranded_); }

    std::string heading() const override {
        return fmt::format(
            "Run summary: {} starts of {} waiters on two virtual nodes (in a child process) "
            "against a waker, seed {}.\n\n",
            how_.starts, waiters, how_.seed);
    }
    std::string closing(const measured& runs) const override { return lines(measures(), runs); }

  private:
    settings how_;
    target what_;
    double stranded_ = 0;
};

}  // namespace

made make_race(const settings& how, const target& asked) {
    target what = asked;
    what.numa = true;
    return with_engine(what, [&]<class Engine>(const Engine& engine) -> made {
        if constexpr (!Engine::word::numa) {
            return {nullptr, "not supported: no NUMA words"};
        } else {
            const bool two = nodes_here().size() >= waiters;
            if (what.engine != engine_id::user && (!two || nodes_are_virtual()))
                return {nullptr,
                        "not supported: the kernel knows of one node, or of no virtual ones"};
            if (!two) return {std::make_unique<race_in_child>(how, what), ""};
            return {std::make_unique<race<Engine>>(how, what, engine), ""};
        }
    });
}

}  // namespace futex2::bench
