// SPDX-License-Identifier: MIT
// wait-any: one thread waits on many words at once; another signals one of them, and is
// answered over a word of its own. And what such a wait costs by the number of its words:
// to queue on all, find that the deadline has passed, and leave all queues. What the kernel's
// timer takes of that is the same for every number.
//
// No signal can be lost. Of each pair at most one is under way: the word is changed, and
// woken, and the answer awaited. The waiting thread sleeps only while every word holds the
// value that it has seen last: a change before that ends the wait at once, one behind it
// finds the thread queued. A wake may come late, for a change that was seen without it;
// such a wait ends with no word changed, and begins again.
#include <fmt/core.h>

#include <random>
#include <stdexcept>

#include "bench/cost.hpp"
#include "bench/lines.hpp"
#include "bench/pairs.hpp"
#include "bench/suites.hpp"

namespace futex2::bench {
namespace {

// Powers of two, to see how the cost of a wait grows.
constexpr unsigned set_up_sizes[] = {1, 2, 4, 8, 16, 32, 64, FUTEX_WAITV_MAX};

// In which words are signalled, again and again.
std::vector<size_t> order_of(const settings& how) {
    const auto words = static_cast<size_t>(how.any_of);
    std::vector<size_t> order(how.in_turn ? words : 4096);
    std::mt19937_64 random(how.seed);
    std::uniform_int_distribution<size_t> any(0, words - 1);
    for (size_t i = 0; i < order.size(); ++i) order[i] = how.in_turn ? i : any(random);
    return order;
}

template <class Engine>
class wait_any final : public workload {
  public:
    wait_any(const settings& how, const Engine& engine)
        : words_(static_cast<size_t>(how.any_of)),
          in_turn_(how.in_turn),
          order_(order_of(how)),
          engine_(engine),
          where_(how.nodes),
          pairs_(how, 0.2),
          lone_(FUTEX_WAITV_MAX) {
        for (padded<word>& w : lone_) lone_entries_.push_back(engine_.entry(w, 0));
        if (const int answer = set_up(FUTEX_WAITV_MAX); answer != -ETIMEDOUT)
            throw std::runtime_error(
                fmt::format("wait-any: a wait until a time that has passed answered {}", answer));
    }

    std::vector<series> measures() const override {
        std::vector<series> all = {
            {fmt::format("{} word{}, {}{}", words_, words_ == 1 ? "" : "s",
                         in_turn_ ? "in turn" : "at random", pairs_.spin() ? "" : ", no spin"),
             pairs_.threads(), "time", "us"}};
        for (const unsigned n : set_up_sizes)
            all.push_back(
                {fmt::format("set up, {} word{}", n, n == 1 ? "" : "s"), 1, "time", "ns"});
        return all;
    }

    std::vector<double> run(watchdog& dog) override {
        std::vector<double> numbers = {round_trip(dog)};
        const pinned_to_first here(where_);
        const without_spin while_running;  // of a deadline that has passed
        for (const unsigned n : set_up_sizes) {
            numbers.push_back(ns_per_call([&](int64_t) { return set_up(n); }));
            dog.beat();
        }
        return numbers;
    }

    std::string closing(const measured& runs) const override { return lines(measures(), runs); }

  private:
    using word = typename Engine::word;
    using value = typename Engine::value;
    using counts = std::vector<int64_t>;  // by word

    struct pair {
        explicit pair(size_t words) : signalled(words), sent(words), seen(words) {}

        std::vector<padded<word>> signalled;
        padded<word> answer;
        alignas(128) std::atomic<bool> last{false};
        alignas(128) counts sent;
        alignas(128) counts seen;
    };

    double round_trip(watchdog& dog) const {
        std::vector<std::unique_ptr<pair>> all(pairs_.count());
        for (auto& p : all) p = std::make_unique<pair>(words_);
        const double us = pairs_.run(
            dog, [&](size_t i, int64_t trip, bool last) { signal(*all[i], trip, last); },
            [&](size_t i) { answer(*all[i]); });
        for (const auto& p : all)
            if (p->sent != p->seen)
                throw std::runtime_error("wait-any: signals were seen that were not sent");
        return us;
    }

    void signal(pair& p, int64_t trip, bool last) const {
        const size_t i = order_[static_cast<size_t>(trip) % order_.size()];
        if (last) p.last.store(true, std::memory_order_relaxed);  // told by the next signal
        engine_.store_wake(p.signalled[i], static_cast<value>(++p.sent[i]), 1);
        await_turn(engine_, p.answer, static_cast<value>(trip + 1));
    }

    void answer(pair& p) const {
        std::vector<futex_waitv> entries;
        for (padded<word>& w : p.signalled) entries.push_back(engine_.entry(w, 0));
        value turn = 0;
        for (bool last = false; !last;) {
            const size_t i = await_any(p, entries);
            entries[i].val = static_cast<value>(++p.seen[i]);
            last = p.last.load(std::memory_order_relaxed);
            engine_.store_wake(p.answer, ++turn, 1);
        }
    }

    // Sleeps until a word does not hold its entry's value; which.
    size_t await_any(const pair& p, std::vector<futex_waitv>& entries) const {
        const auto changed = [&](size_t i) { return load(p.signalled[i]) != entries[i].val; };
        for (;;) {
            const int result = engine_.waitv(entries.data(), static_cast<unsigned>(entries.size()));
            if (result >= 0 && changed(static_cast<size_t>(result)))
                return static_cast<size_t>(result);
            if (result < 0 && result != -EAGAIN && result != -EINTR)
                give_up(fmt::format("wait-any: a wait answered {}", result));
            for (size_t i = 0; result < 0 && i < entries.size(); ++i)
                if (changed(i)) return i;
        }
    }

    // A wait that queues on n words and ends at once.
    int set_up(unsigned n) {
        static constexpr timespec long_ago = {0, 0};
        return engine_.waitv(lone_entries_.data(), n, &long_ago);
    }

    size_t words_;
    bool in_turn_;
    std::vector<size_t> order_;
    Engine engine_;
    placement where_;
    pairs pairs_;
    std::vector<padded<word>> lone_;  // that nobody else knows
    std::vector<futex_waitv> lone_entries_;
};

}  // namespace

made make_wait_any(const settings& how, const target& what) {
    return with_engine(what, [&]<class Engine>(const Engine& engine) -> made {
        if (std::string reason = several_unsupported(what); !reason.empty())
            return {nullptr, reason};
        if constexpr (Engine::has_waitv)
            return {std::make_unique<wait_any<Engine>>(how, engine), ""};
        else
            return {nullptr, fmt::format("not supported: {} waits on one word at a time",
                                         meaning_of(what.engine))};
    });
}

}  // namespace futex2::bench
