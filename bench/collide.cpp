// SPDX-License-Identifier: MIT
// collide: tens of thousands of words are parked at once, far more than there
// are buckets. What does a wake cost that finds its word, and one that does not?
//
// The waking thread has a CPU of its own where there are two: else the woken
// thread would run in the middle of the wake that is measured.
#include <fmt/core.h>

#include <algorithm>
#include <bit>
#include <random>

#include "bench/cost.hpp"
#include "bench/lines.hpp"
#include "bench/statistics.hpp"
#include "bench/suites.hpp"
#include "bench/team.hpp"

namespace futex2::bench {
namespace {

// Threads that wait with waitv, each on up to 128 words of its own, until they
// are told to stop.
template <class Engine>
class parked {
  public:
    using word = typename Engine::word;

    parked(const Engine& engine, const placement& where, const std::vector<word*>& words)
        : engine_(engine),
          words_(words),
          threads_(where, threads_for(words), [this](int i) { wait(i); }) {}
    ~parked() { stop(); }
    parked(const parked&) = delete;
    parked& operator=(const parked&) = delete;

    void park(watchdog& dog) {
        threads_.release();
        released_ = true;
        for (int i = 0; i < threads_.size(); ++i) {
            await_parked(i, 1);
            dog.beat();
        }
    }

    // Nanoseconds of one wake of the parked word; its thread is parked again at the end.
    double wake(size_t index) {
        const int thread = static_cast<int>(index / FUTEX_WAITV_MAX);
        const unsigned before = threads_.blockings(thread);
        const stopwatch watch;
        const int woken = engine_.wake(*words_[index], 1);
        const double ns = watch.ns();
        if (woken != 1) give_up(fmt::format("collide: a wake of a parked word answered {}", woken));
        await_parked(thread, before + 1);
        return ns;
    }

  private:
    static int threads_for(const std::vector<word*>& words) {
        return static_cast<int>((words.size() + FUTEX_WAITV_MAX - 1) / FUTEX_WAITV_MAX);
    }

    // Waits until a thread sleeps in its count-th wait. It queues on its words in their
    // order: until the last is queued, it may sleep because a queue is locked.
    void await_parked(int thread, unsigned count) const {
        const size_t next = (static_cast<size_t>(thread) + 1) * FUTEX_WAITV_MAX;
        word& last = *words_[std::min(next, words_.size()) - 1];
        while (threads_.blockings(thread) < count) std::this_thread::yield();
        while (!engine_.queued(last, 1)) std::this_thread::yield();
        threads_.await_asleep(thread, count);
    }

    void wait(int index) {
        const size_t first = static_cast<size_t>(index) * FUTEX_WAITV_MAX;
        const size_t last = std::min(first + FUTEX_WAITV_MAX, words_.size());
        std::vector<futex_waitv> entries;
        for (size_t i = first; i < last; ++i) entries.push_back(engine_.entry(*words_[i], 0));
        while (!stopping_.load(std::memory_order_acquire)) {
            threads_.blocking(index);
            const int result = engine_.waitv(entries.data(), static_cast<unsigned>(entries.size()));
            if (result < 0 && result != -EINTR)
                give_up(fmt::format("collide: a wait answered {}", result));
        }
    }

    void stop() {
        if (!released_) return;
        stopping_.store(true, std::memory_order_release);
        for (size_t i = 0; i < words_.size(); i += FUTEX_WAITV_MAX) engine_.wake(*words_[i], 1);
        threads_.join();
    }

    Engine engine_;
    const std::vector<word*> words_;
    std::atomic<bool> stopping_{false};
    bool released_ = false;
    team threads_;
};

template <class Engine>
class collide final : public workload {
  public:
    collide(const settings& how, const target& what, const Engine& engine)
        : how_(how),
          engine_(engine),
          plain_(what.shared),
          numa_(what.shared),
          where_(how.nodes),
          random_(how.seed),
          cells_(static_cast<size_t>(how.words)) {
        target with_numa = what;
        with_numa.numa = true;
        has_numa_ = unsupported(with_numa).empty();
        for (cell& c : cells_) absent_.push_back(&c);
        std::shuffle(absent_.begin(), absent_.end(), random_);
        // A power of two, so that the measured loop has no division.
        absent_.resize(std::min<size_t>(std::bit_floor(absent_.size()), 4096));
    }

    std::vector<series> measures() const override {
        std::vector<series> all;
        add(all, "1 word parked: wake of a parked word", false);
        add(all, "no word parked: wake of a plain word, nobody waits", numa);
        if (has_numa_) add(all, "no word parked: wake of a NUMA word, nobody waits", !numa);
        const std::string full = fmt::format("{} words parked: ", how_.words);
        add(all, full + "wake of a parked word", false);
        add(all, full + "wake of a plain word, nobody waits", numa);
        if (has_numa_) add(all, full + "wake of a NUMA word, nobody waits", !numa);
        return all;
    }

    std::vector<double> run(watchdog& dog) override {
        const pinned_to_first here(where_);
        std::vector<double> ns;
        ns.push_back(found(1, dog));
        wake_absent(ns);
        parked<Engine> crowd(engine_, where_.others(), parked_words(cells_.size()));
        crowd.park(dog);
        ns.push_back(wakes(crowd, cells_.size(), dog));
        wake_absent(ns);
        return ns;
    }

    std::string heading() const override {
        return fmt::format("Run summary: {} words parked by {} threads, seed {}.\n\n", how_.words,
                           (how_.words + FUTEX_WAITV_MAX - 1) / FUTEX_WAITV_MAX, how_.seed);
    }
    std::string closing(const measured& runs) const override { return lines(measures(), runs); }

  private:
    using word = typename Engine::word;
    static constexpr bool numa = word::numa;
    using value = typename Engine::value;
    using plain_engine = typename Engine::template over<plain_word<value>>;
    using numa_engine = typename Engine::template over<numa_word<value>>;

    // Words that are parked, and beside each one of both kinds that is not.
    struct cell {
        word parked;
        plain_word<value> plain;
        numa_word<value> numa;
    };

    void add(std::vector<series>& all, std::string variant, bool other_kind) const {
        all.push_back({std::move(variant), 1, "time", "ns", false, other_kind});
    }

    std::vector<word*> parked_words(size_t count) {
        std::vector<word*> words;
        for (size_t i = 0; i < count; ++i) words.push_back(&cells_[i].parked);
        return words;
    }

    double found(size_t count, watchdog& dog) {
        parked<Engine> few(engine_, where_.others(), parked_words(count));
        few.park(dog);
        return wakes(few, count, dog);
    }

    double wakes(parked<Engine>& of, size_t count, watchdog& dog) {
        std::uniform_int_distribution<size_t> any(0, count - 1);
        std::vector<double> ns;
        for (int i = 0; i < how_.wakes_measured; ++i) {
            ns.push_back(of.wake(any(random_)));
            dog.beat();
        }
        return median(ns);
    }

    void wake_absent(std::vector<double>& ns) {
        const size_t mask = absent_.size() - 1;
        ns.push_back(ns_per_call([&](int64_t i) {
            return plain_.wake(absent_[static_cast<size_t>(i) & mask]->plain, 1);
        }));
        if (!has_numa_) return;
        ns.push_back(ns_per_call([&](int64_t i) {
            return numa_.wake(absent_[static_cast<size_t>(i) & mask]->numa, 1);
        }));
    }

    settings how_;
    Engine engine_;
    plain_engine plain_;
    numa_engine numa_;
    placement where_;
    std::mt19937_64 random_;
    std::vector<cell> cells_;
    std::vector<cell*> absent_;  // some of them, in random order
    bool has_numa_;
};

}  // namespace

made make_collide(const settings& how, const target& what) {
    return with_engine(what, [&]<class Engine>(const Engine& engine) -> made {
        if (std::string reason = several_unsupported(what); !reason.empty())
            return {nullptr, reason};
        if constexpr (Engine::has_waitv)
            return {std::make_unique<collide<Engine>>(how, what, engine), ""};
        else
            return {nullptr, fmt::format("not supported: {} waits on one word at a time",
                                         meaning_of(what.engine))};
    });
}

}  // namespace futex2::bench
