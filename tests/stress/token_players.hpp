// SPDX-License-Identifier: MIT
// Two processes that hand a token to and fro on two words that they share, and count.
#pragma once

#include <sys/prctl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>

#include "stress/report.hpp"
#include "stress/storm.hpp"
#include "stress/word.hpp"

namespace futex2::stress {

/** What a process counts, where its parent sees it. */
struct alignas(64) process_tally {
    std::atomic<uint64_t> turns;
    std::atomic<uint64_t> woken;
    std::atomic<uint64_t> ended;
    std::atomic<uint64_t> timeouts;
};

/** Two processes, each with the word that it waits on: 0 nothing, 1 the token, 2 the end. */
struct process_pair {
    word box[2];
    process_tally side[2];
};

/** Of each word: whoever sleeps beside it must not be taken for its waiter. */
inline void check(account& a, const process_pair& both) {
    for (unsigned side : {0u, 1u}) {
        const uint64_t woken = both.side[1 - side].woken.load();
        const uint64_t ended = both.side[side].ended.load();
        if (woken != ended)
            a.wrong.push_back(fmt::format("wakes of a {} ended {} waits, but {} waits were woken",
                                          both.box[side].kind().name(), woken, ended));
    }
}

/** Adds what a pair has counted. */
inline void add(account& a, const process_pair& both) {
    for (const process_tally& t : both.side) {
        a.wakes += t.turns.load();
        a.woken += t.woken.load();
        a.ended += t.ended.load();
        a.timeouts += t.timeouts.load();
    }
    check(a, both);
}

inline timespec in_microseconds(uint64_t n) {
    timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    t.tv_nsec += static_cast<long>(n * 1000);
    t.tv_sec += t.tv_nsec / 1'000'000'000;
    t.tv_nsec %= 1'000'000'000;
    return t;
}

// One process of a pair.
class token_player {
  public:
    token_player(process_pair& both, unsigned side)
        : own_(both.box[side]), other_(both.box[1 - side]), mine_(both.side[side]) {}

    // What it was handed.
    uint64_t take() {
        for (;;) {
            const uint64_t value = own_.value();
            if (value == 0) {
                wait();
                continue;
            }
            own_.set(0);
            return value;
        }
    }

    void hand_over(uint64_t token) {
        const uint64_t turn = mine_.turns.fetch_add(1) + 1;
        const unsigned flags = other_.kind().flags();
        int woken;
        if (turn % 2 == 0) {
            woken = futex2_store_wake(other_.address(), token, 1, flags);
        } else {
            other_.set(token);
            woken = futex2_wake(other_.address(), other_.kind().all(), 1, flags);
        }
        if (woken < 0 || woken > 1) fail("a wake answers {}", woken);
        mine_.woken.fetch_add(static_cast<uint64_t>(woken));
    }

  private:
    // One in eight gives up soon.
    void wait() {
        const bool timed = mine_.turns.load() % 8 == 0;
        const timespec soon = in_microseconds(50);
        const int result = futex2_wait(own_.address(), 0, own_.kind().all(), own_.kind().flags(),
                                       timed ? &soon : nullptr, CLOCK_MONOTONIC);
        if (result == 0)
            mine_.ended.fetch_add(1);
        else if (timed && result == -ETIMEDOUT)
            mine_.timeouts.fetch_add(1);
        else if (result != -EAGAIN)
            fail("a wait answers {}", result);
    }

    const word own_;
    const word other_;
    process_tally& mine_;
};

/** Plays one side of a pair in this process, a child, until over(turn) holds of the first side. */
template <class Over>
[[noreturn]] void play(process_pair& both, unsigned side, const Over& over) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    token_player p(both, side);
    uint64_t token = 1;
    for (uint64_t turn = 0; token == 1; ++turn) {
        if (side == 1 || turn > 0) token = p.take();
        if (side == 0 && over(turn)) token = 2;
        if (side == 0 || token == 1) p.hand_over(token);
    }
    _exit(0);
}

}  // namespace futex2::stress
