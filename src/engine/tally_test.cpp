// SPDX-License-Identifier: MIT
// Races, run many times, with exact tallies: what the wakes say they woke is what
// the waits say ended them. Invariants 1 to 4 of docs/design.md.
#include <futex2/futex2.h>
#include <futex2/testing.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <barrier>
#include <cerrno>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "cpp/watched_thread.hpp"

namespace futex2::engine {
namespace {

using futex2::test::watched_thread;

// A word of any kind, in memory for the widest.
struct any_word {
    alignas(16) unsigned char bytes[16] = {};
    unsigned flags;

    explicit any_word(unsigned kind) : flags(kind | FUTEX2_PRIVATE) { reset(); }

    size_t size() const { return size_t{1} << (flags & FUTEX2_SIZE_MASK); }
    bool numa() const { return (flags & FUTEX2_NUMA) != 0; }
    uint64_t any() const { return ~uint64_t{0} >> (64 - 8 * size()); }

    void reset() {
        std::fill(std::begin(bytes), std::end(bytes), 0);
        if (numa()) std::fill(bytes + size(), bytes + 2 * size(), 0xff);
    }

    // Every value that these tests store fits into the lowest byte.
    unsigned value() const { return __atomic_load_n(bytes, __ATOMIC_SEQ_CST); }
    void set(unsigned v) {
        switch (size()) {
            case 1:
                return __atomic_store_n(bytes, static_cast<uint8_t>(v), __ATOMIC_RELEASE);
            case 2:
                return store<uint16_t>(v);
            case 4:
                return store<uint32_t>(v);
            default:
                return store<uint64_t>(v);
        }
    }
    template <class T>
    void store(unsigned v) {
        __atomic_store_n(reinterpret_cast<T*>(bytes), static_cast<T>(v), __ATOMIC_RELEASE);
    }

    bool unassigned() const {
        return !numa() || std::all_of(bytes + size(), bytes + 2 * size(),
                                      [](unsigned char b) { return b == 0xff; });
    }

    int wait(unsigned expected, const timespec* deadline = nullptr) {
        return futex2_wait(bytes, expected, any(), flags, deadline, CLOCK_MONOTONIC);
    }
    int wake(int count) { return futex2_wake(bytes, any(), count, flags); }
    futex_waitv entry(unsigned expected) {
        return {expected, reinterpret_cast<uintptr_t>(bytes), flags, 0};
    }
};

timespec in_nanoseconds(long n) {
    timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    t.tv_nsec += n;
    t.tv_sec += t.tv_nsec / 1'000'000'000;
    t.tv_nsec %= 1'000'000'000;
    return t;
}

class Tally : public testing::TestWithParam<unsigned> {
  protected:
    // Runs the bodies round by round, all of them at once in each, and between two
    // rounds the check. Threads lie on different nodes where there are several.
    void race(int rounds, std::vector<std::function<void(int)>> bodies,
              const std::function<void(int)>& check) {
        std::barrier line(static_cast<std::ptrdiff_t>(bodies.size()) + 1);
        std::vector<std::unique_ptr<watched_thread>> threads;
        for (size_t i = 0; i < bodies.size(); ++i)
            threads.push_back(std::make_unique<watched_thread>("racer", [&, i] {
                const int node = static_cast<int>(i) % futex2_node_count();
                ASSERT_EQ(futex2_testing_pin_node(node), 0);
                for (int round = 0; round < rounds; ++round) {
                    line.arrive_and_wait();
                    bodies[i](round);
                    line.arrive_and_wait();
                }
            }));
        for (int round = 0; round < rounds; ++round) {
            line.arrive_and_wait();
            line.arrive_and_wait();
            check(round);
        }
    }
};

// The race that the kernel's NUMA futexes lose: both first waiters read -1, and
// queue on two nodes.
TEST_P(Tally, FirstWaitersOnTwoNodesAreBothFound) {
    any_word word(GetParam());
    const auto waiter = [&](int) {
        while (word.value() == 0) word.wait(0);
    };
    const auto waker = [&](int) {
        word.set(1);
        word.wake(1 << 30);
    };
    race(3000, {waiter, waiter, waker}, [&](int round) {
        ASSERT_TRUE(word.unassigned()) << round;
        word.reset();
    });
}

// Waits with deadlines that pass while they are woken.
TEST_P(Tally, EveryWakeIsTheEndOfOneWait) {
    any_word word(GetParam());
    std::atomic<int> ended{0}, woken{0};
    const auto waiter = [&](int round) {
        const timespec soon = in_nanoseconds(round % 7 * 5000L);
        const int result = word.wait(0, &soon);
        ASSERT_TRUE(result == 0 || result == -ETIMEDOUT) << result;
        if (result == 0) ++ended;
    };
    const auto waker = [&](int) { woken += word.wake(1); };
    race(2000, {waiter, waiter, waiter, waker, waker}, [&](int round) {
        ASSERT_EQ(ended, woken) << round;
        ASSERT_TRUE(word.unassigned()) << round;
    });
}

// Two wakers of two words claim one wait: it is counted once, and it reports the
// word whose waker counted it.
TEST_P(Tally, AWaitOnTwoWordsIsCountedByOneOfTheirWakers) {
    any_word a(GetParam());
    any_word b(FUTEX2_SIZE_U8 | FUTEX2_NUMA);
    std::atomic<int> woken[2] = {0, 0};
    std::atomic<int> result{0};
    const auto waiter = [&](int) {
        futex_waitv words[2] = {a.entry(0), b.entry(0)};
        result = futex2_waitv(words, 2, 0, nullptr, CLOCK_MONOTONIC);
    };
    const auto waker_of = [&](any_word& word, int i) {
        return [&word, &woken, i](int) {
            word.set(1);
            woken[i] = word.wake(1);
        };
    };
    race(3000, {waiter, waker_of(a, 0), waker_of(b, 1)}, [&](int round) {
        if (result == -EAGAIN)
            ASSERT_EQ(woken[0] + woken[1], 0) << round;
        else
            ASSERT_TRUE(woken[result] == 1 && woken[1 - result] == 0) << round;
        ASSERT_TRUE(a.unassigned() && b.unassigned()) << round;
        a.reset();
        b.reset();
    });
}

// Waiters that are moved to a word of another kind, while the deadlines of some
// pass and both words are woken. The wakers go on until all waiters are through:
// one that was lost keeps them for ever, and the watchdog says so.
TEST_P(Tally, RequeuedWaitersAreLostNowhere) {
    constexpr int waiters = 3;
    any_word from(GetParam());
    any_word to(GetParam() ^ (FUTEX2_NUMA | FUTEX2_SIZE_U16));
    std::atomic<int> left{waiters}, ended{0}, woken{0};
    const auto waiter = [&](int round) {
        const bool timed = round % 3 == 0;
        const timespec soon = in_nanoseconds(round % 9 * 8000L);
        const int result = from.wait(0, timed ? &soon : nullptr);
        ASSERT_TRUE(result == 0 || (timed && result == -ETIMEDOUT)) << result;
        if (result == 0) ++ended;
        --left;
    };
    const auto mover = [&](int) {
        while (left != 0) {
            futex_waitv words[2] = {from.entry(0), to.entry(0)};
            ASSERT_GE(futex2_requeue(words, 0, 0, 1), 0);
            std::this_thread::yield();
        }
    };
    const auto waker = [&](int) {
        while (left != 0) {
            woken += to.wake(1);
            std::this_thread::yield();
            woken += from.wake(1);
        }
    };
    race(1000, {waiter, waiter, waiter, mover, waker}, [&](int round) {
        ASSERT_EQ(ended, woken) << round;
        ASSERT_TRUE(from.unassigned() && to.unassigned()) << round;
        left = waiters;
    });
}

// A thread that has been woken may wait again while its waker is still on the way to
// the kernel with it, or with the rest of the crowd.
TEST_P(Tally, ACrowdThatWaitsAgainAtOnceIsWokenEveryTime) {
    constexpr int crowd = 40;
    constexpr unsigned turns = 250;
    const int spins = futex2_testing_set_spin(0);
    any_word word(GetParam());
    std::atomic<int> left{crowd};
    std::vector<std::unique_ptr<watched_thread>> threads;
    for (int i = 0; i < crowd; ++i)
        threads.push_back(std::make_unique<watched_thread>("one of a crowd", [&, i] {
            ASSERT_EQ(futex2_testing_pin_node(i % futex2_node_count()), 0);
            for (unsigned seen = word.value(); seen < turns; seen = word.value()) word.wait(seen);
            --left;
        }));
    watched_thread waker("waker", [&] {
        for (unsigned turn = 1; turn <= turns; ++turn) {
            word.set(turn);
            word.wake(crowd);
            if (turn % 3 == 0) std::this_thread::yield();
        }
    });
    waker.join();
    threads.clear();
    EXPECT_EQ(left, 0);
    EXPECT_TRUE(word.unassigned());
    futex2_testing_set_spin(spins);
}

INSTANTIATE_TEST_SUITE_P(Kinds, Tally, testing::Range(0u, 8u), [](const auto& param_info) {
    const unsigned kind = param_info.param;
    return "u" + std::to_string(8 << (kind & 3)) + ((kind & FUTEX2_NUMA) != 0 ? "_numa" : "");
});

}  // namespace
}  // namespace futex2::engine
