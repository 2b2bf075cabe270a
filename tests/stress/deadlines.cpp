// SPDX-License-Identifier: MIT
// Deadlines that pass while they are raced by wakes: a wait that a wake has counted
// returns success, and no other does; word by word, and mask by mask.
#include <fmt/core.h>

#include <cerrno>
#include <random>

#include "abi/deadline.hpp"
#include "stress/quiet.hpp"
#include "stress/report.hpp"
#include "stress/watchdog.hpp"

namespace futex2::stress {
namespace {

// Two lie on one word, and are told apart by their masks.
constexpr unsigned queues = 5;
constexpr unsigned masked = 3;  // this one, and those behind it

uint64_t mask_of(unsigned queue) {
    return queue < masked ? caller::any : uint64_t{1} << (queue - masked);
}

struct tally {
    uint64_t woken[queues] = {};
    uint64_t ended[queues] = {};
};

struct racer {
    caller calls;
    lane progress;
    tally words;
    std::mt19937_64 random;

    uint64_t below(uint64_t n) { return random() % n; }
};

class deadlines {
  public:
    explicit deadlines(const conditions& how) : each_(how.until.share(how.threads)) {
        std::mt19937_64 random(how.seed);
        for (unsigned i = 0; i < queues; ++i) {
            words_[i] = i <= masked ? word(&memory_[i], all_kinds[random() % all_kinds.size()])
                                    : words_[masked];
            words_[i].reset();
        }
        for (unsigned i = 0; i < how.threads; ++i) {
            racers_.push_back(std::make_unique<racer>());
            racers_.back()->random.seed(random());
        }
    }

    account run(const conditions& how) {
        std::vector<const lane*> lanes;
        std::vector<const caller*> callers;
        for (const auto& r : racers_) {
            lanes.push_back(&r->progress);
            callers.push_back(&r->calls);
        }
        watchdog dog(how, std::move(lanes), std::move(callers));
        std::vector<std::thread> threads;
        for (const auto& r : racers_) threads.emplace_back([this, r = r.get()] { race(*r); });
        for (std::thread& t : threads) t.join();
        return sum();
    }

  private:
    void race(racer& r) {
        for (uint64_t n = 0; !each_.reached(n); ++n) {
            const auto i = static_cast<unsigned>(r.below(queues));
            if (r.below(2) == 0)
                wait(r, i);
            else
                wake(r, i);
            r.progress.steps.add(1);
        }
        r.progress.over.store(true);
        check_thread();
    }

    void wait(racer& r, unsigned i) {
        const clockid_t clock = r.below(4) == 0 ? CLOCK_REALTIME : CLOCK_MONOTONIC;
        const timespec deadline = abi_test::from_now(
            std::chrono::nanoseconds(r.below(60'000)) - std::chrono::nanoseconds(5'000), clock);
        int result;
        if (i < masked && r.below(3) == 0) {
            const auto other = static_cast<unsigned>(r.below(masked));
            futex_waitv both[2] = {words_[i].waited_for(0), words_[other].waited_for(0)};
            result = r.calls.waitv(both, &deadline, clock);
            if (result == 1) i = other;
        } else {
            result = r.calls.wait(words_[i], 0, &deadline, clock, mask_of(i));
        }
        if (result >= 0) ++r.words.ended[i];
        if (result == -ETIMEDOUT && !abi_test::has_come(deadline, clock))
            fail("a deadline that has not passed ended a wait");
        if (result == -EAGAIN) fail("a word that never changes differed");
    }

    void wake(racer& r, unsigned i) {
        const word& w = words_[i];
        const int count = static_cast<int>(1 + r.below(3));
        int woken;
        switch (i < masked ? r.below(3) : 2) {
            case 0:
                woken = r.calls.store_wake(w, 0, count);
                break;
            case 1: {
                const futex2_wake_item items[] = {w.woken(count), w.woken(1)};
                woken = r.calls.wakev(items);
                break;
            }
            default:
                woken = r.calls.wake(w, count, mask_of(i));
        }
        r.words.woken[i] += static_cast<uint64_t>(woken);
    }

    account sum() const {
        account a;
        tally all;
        for (const auto& r : racers_) {
            a.operations += r->progress.steps.get();
            r->calls.add_to(a);
            for (unsigned i = 0; i < queues; ++i) {
                all.woken[i] += r->words.woken[i];
                all.ended[i] += r->words.ended[i];
            }
        }
        for (unsigned i = 0; i < queues; ++i)
            if (all.woken[i] != all.ended[i])
                a.wrong.push_back(fmt::format("in queue {} wakes ended {} waits, but {} were woken",
                                              i, all.woken[i], all.ended[i]));
        check_quiet(a, words_);
        return a;
    }

    const limit each_;
    word_memory memory_[queues];
    word words_[queues];
    std::vector<std::unique_ptr<racer>> racers_;
};

account run_deadlines(const conditions& how) {
    return deadlines(how).run(how);
}

const registration deadlines_({"deadlines", "deadlines race wakes, and each wait is counted once",
                               16, 400'000, run_deadlines});

}  // namespace
}  // namespace futex2::stress
