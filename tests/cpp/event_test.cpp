// SPDX-License-Identifier: MIT
#include <futex2/event.hpp>
#include <futex2/futex.hpp>

#include <gtest/gtest.h>

#include <array>
#include <cpp/remains.hpp>
#include <cpp/waiting.hpp>
#include <list>
#include <stdexcept>
#include <vector>

namespace futex2::test {
namespace {

using namespace std::chrono_literals;

static_assert(sizeof(event) == 2);
constinit event constant_event{event::automatic, true};

int waits_for(event& e) {
    return waits_on(&e.native_handle()->set, FUTEX2_SIZE_U8);
}
bool come_to_wait_for(event& e, int count) {
    return eventually([&] { return waits_for(e) == count; });
}

TEST(EventTest, StaysSetUntilItIsReset) {
    event e;
    EXPECT_FALSE(e.is_set() || e.try_wait());
    e.set();
    e.set();
    EXPECT_TRUE(e.is_set() && e.try_wait() && e.try_wait());
    e.wait();
    e.reset();
    EXPECT_FALSE(e.is_set() || e.try_wait());
    EXPECT_TRUE(event(event::manual, true).try_wait());
}

TEST(EventTest, AnAutomaticOneIsResetByAWaitThatItEnds) {
    event e(event::automatic);
    EXPECT_FALSE(e.try_wait());
    e.set();
    e.set();
    EXPECT_TRUE(e.is_set() && e.is_set());
    e.wait();
    EXPECT_FALSE(e.is_set() || e.try_wait());
    e.set();
    e.reset();
    EXPECT_FALSE(e.try_wait());
    EXPECT_TRUE(constant_event.try_wait());
    EXPECT_FALSE(constant_event.try_wait());
    constant_event.set();
}

TEST(EventTest, EndsTheWaitsOfAll) {
    event e;
    std::list<watched_thread> waiters;
    for (int i = 0; i < 3; ++i) {
        waiters.emplace_back("waiter", [&, i] {
            const on_node pinned(i);
            e.wait();
            EXPECT_TRUE(e.wait_for(patience));
        });
    }
    ASSERT_TRUE(come_to_wait_for(e, 3));
    e.set();
}

TEST(EventTest, AnAutomaticOneEndsOneWait) {
    event e(event::automatic);
    std::atomic<int> ended{0};
    std::list<watched_thread> waiters;
    for (int i = 0; i < 3; ++i) {
        waiters.emplace_back("waiter", [&] {
            e.wait();
            ++ended;
        });
    }
    ASSERT_TRUE(come_to_wait_for(e, 3));
    for (int n = 1; n <= 3; ++n) {
        e.set();
        EXPECT_TRUE(eventually([&] { return ended == n; }));
        EXPECT_EQ(waits_for(e), 3 - n);
        EXPECT_FALSE(e.is_set());
    }
}

TEST(EventTest, GivesUpWhenTheTimeHasPassed) {
    for (const auto kind : {event::manual, event::automatic}) {
        event e(kind);
        expect_time_out([&](auto time) { return e.wait_until(time); });
        EXPECT_FALSE(e.wait_for(2ms));
        EXPECT_FALSE(e.wait_for(-1h));
        e.set();
        expect_success([&](auto time) {
            const bool ended = e.wait_until(time);
            e.set();
            return ended;
        });
        EXPECT_TRUE(e.wait_for(-1h));
    }
}

TEST(EventTest, IsDestroyedByWhoseWaitItEnds) {
    for (int round = 0; round < 100; ++round) {
        remains<event> e(round % 4 < 2 ? event::manual : event::automatic);
        watched_thread heir("heir", [&] {
            e->wait();
            e.destroy();
        });
        if (round % 2 == 0) {
            ASSERT_TRUE(come_to_wait_for(*e, 1));
        }
        e->set();
        heir.join();
        EXPECT_TRUE(e.untouched());
    }
}

TEST(EventTest, TwoThreadsTakeTurns) {
    constexpr int rounds = 2000;
    event ping(event::automatic), pong(event::automatic);
    int count = 0;
    watched_thread other("other", [&] {
        const on_node pinned(1);
        for (int i = 0; i < rounds; ++i) {
            ping.wait();
            ++count;
            pong.set();
        }
    });
    for (int i = 0; i < rounds; ++i) {
        ping.set();
        pong.wait();
        ASSERT_EQ(count, i + 1);
    }
}

TEST(WaitAnyEventTest, ResetsTheOneThatItNamesAndNoOther) {
    event a(event::automatic), b(event::automatic, true), c(event::automatic, true), d;
    EXPECT_EQ(wait_any(a, b, c, d), 1U);
    EXPECT_EQ(wait_any(a, b, c, d), 2U);
    d.set();
    EXPECT_EQ(wait_any(a, b, c, d), 3U);
    EXPECT_EQ(wait_any(a, b, c, d), 3U);
    EXPECT_FALSE(b.is_set() || c.is_set());
}

TEST(WaitAnyEventTest, WaitsForEventsAndWords) {
    event a(event::automatic), b;
    futex<std::uint32_t> plain{5};
    numa_futex<std::uint16_t> numa{6};
    const auto wait = [&] { return wait_any(a, b, futex2::word(plain, 5), futex2::word(numa, 6)); };
    const auto ended_by = [&](std::size_t index, auto end_it) {
        watched_thread waiter("waiter", [&] { EXPECT_EQ(wait(), index); });
        EXPECT_TRUE(eventually([&] { return numa.wake(1) == 1; }));  // says nothing new
        EXPECT_TRUE(come_to_wait_for(a, 1));
        end_it();
    };
    ended_by(0, [&] { a.set(); });
    EXPECT_FALSE(a.is_set());
    ended_by(3, [&] { numa.store_and_wake(7); });
    numa.store(6);
    ended_by(2, [&] { plain.store_and_wake(6); });
    plain.store(5);
    ended_by(1, [&] { b.set(); });
    EXPECT_EQ(wait(), 1U);
}

TEST(WaitAnyEventTest, GivesUpWhenTheTimeHasPassed) {
    event a(event::automatic), b;
    const std::array<awaited, 2> list{a, b};
    expect_time_out([&](auto time) { return wait_any_until(time, list).has_value(); });
    EXPECT_EQ(wait_any_for(2ms, list), std::nullopt);
    EXPECT_EQ(wait_any_for(2ms, a, b), std::nullopt);
    a.set();
    EXPECT_EQ(wait_any_for(-1h, list), 0U);
    EXPECT_FALSE(a.is_set());
    b.set();
    expect_success([&](auto time) { return wait_any_until(time, list) == 1U; });
    expect_success([&](auto time) { return wait_any_until(time, a, b) == 1U; });
}

TEST(WaitAnyEventTest, TakesAListOfOneTo128) {
    std::array<event, FUTEX_WAITV_MAX> events;
    std::vector<awaited> list(events.begin(), events.end());
    watched_thread waiter("waiter", [&] { EXPECT_EQ(wait_any(list), 127U); });
    ASSERT_TRUE(come_to_wait_for(events.back(), 1));
    events.back().set();
    waiter.join();
    EXPECT_FALSE(wait_all_for(1ms, list));
    list.emplace_back(events[0]);
    EXPECT_THROW(wait_any(list), std::invalid_argument);
    EXPECT_THROW(wait_all(list), std::invalid_argument);
    EXPECT_THROW(wait_any_for(1ms, std::span<const awaited>()), std::invalid_argument);
    EXPECT_THROW(wait_all_for(1ms, std::span<const awaited>()), std::invalid_argument);
}

TEST(WaitAllEventTest, TakesAllAtOnceOrNone) {
    event a(event::automatic), b(event::automatic), c;
    futex<std::uint8_t> word{0};
    watched_thread waiter("waiter", [&] { wait_all(a, b, c, futex2::word(word, 0)); });
    ASSERT_TRUE(come_to_wait_for(a, 1));
    a.set();
    ASSERT_TRUE(come_to_wait_for(b, 1));
    EXPECT_TRUE(a.is_set());  // it waits for b, and has not taken a
    EXPECT_TRUE(a.try_wait());
    b.set();
    ASSERT_TRUE(come_to_wait_for(a, 1));
    c.set();
    a.set();
    EXPECT_TRUE(eventually([&] { return word.wake(1) == 1; }));
    EXPECT_TRUE(a.is_set() && b.is_set());
    word.store_and_wake(1);
    waiter.join();
    EXPECT_FALSE(a.is_set() || b.is_set());
    EXPECT_TRUE(c.is_set());
}

TEST(WaitAllEventTest, GivesUpWhenTheTimeHasPassed) {
    event a(event::automatic, true), b;
    const std::array<awaited, 2> list{a, b};
    expect_time_out([&](auto time) { return wait_all_until(time, list); });
    EXPECT_FALSE(wait_all_for(2ms, list));
    EXPECT_FALSE(wait_all_for(2ms, a, b));
    EXPECT_TRUE(a.is_set());
    b.set();
    EXPECT_TRUE(wait_all_for(-1h, list));
    EXPECT_FALSE(a.is_set());
    a.set();
    EXPECT_TRUE(wait_all_until(std::chrono::steady_clock::now(), a, b));
    EXPECT_FALSE(a.is_set());
    a.set();
    expect_success([&](auto time) {
        const bool ended = wait_all_until(time, list);
        a.set();
        return ended;
    });
}

// What it does when another thread was faster at one of them, just before it took that.
TEST(WaitAllEventTest, GivesBackWhatItHasTakenInVain) {
    event a(event::automatic, true), b, c(event::automatic);
    b.set();
    const std::array<awaited, 3> list{a, b, c};
    EXPECT_FALSE(detail::take_all(list));
    EXPECT_TRUE(a.is_set() && b.is_set());
    EXPECT_FALSE(c.is_set());
    c.set();
    EXPECT_TRUE(detail::take_all(list));
    EXPECT_FALSE(a.is_set() || c.is_set());
}

TEST(WaitAllEventTest, GivingBackEndsAWaitThatHasComeMeanwhile) {
    event a(event::automatic, true);
    const awaited one(a);
    EXPECT_TRUE(one.take());
    watched_thread waiter("waiter", [&] { a.wait(); });
    ASSERT_TRUE(come_to_wait_for(a, 1));
    one.give_back();
}

TEST(WaitAllEventTest, LeavesAnEventToAnotherWaiterThatItDoesNotTake) {
    event a(event::automatic), b(event::automatic);
    watched_thread both("both", [&] { wait_all(a, b); });
    ASSERT_TRUE(come_to_wait_for(a, 1));
    watched_thread one("one", [&] { a.wait(); });
    ASSERT_TRUE(come_to_wait_for(a, 2));
    a.set();  // wakes `both`, which came first
    one.join();
    EXPECT_FALSE(a.is_set() || both.done());
    // For the one or the other: it may have seen a set.
    ASSERT_TRUE(eventually([&] { return waits_for(a) + waits_for(b) == 1; }));
    b.set();
    a.set();
}

TEST(WaitAllEventTest, LeavesItToAWaitForAnyAndToAnotherForAll) {
    event a(event::automatic), b(event::automatic), c(event::automatic);
    watched_thread first("a and b", [&] { wait_all(a, b); });
    ASSERT_TRUE(come_to_wait_for(a, 1));
    watched_thread second("a and c", [&] { wait_all(a, c); });
    ASSERT_TRUE(come_to_wait_for(a, 2));
    watched_thread third("a or c", [&] { EXPECT_EQ(wait_any(a, c), 0U); });
    ASSERT_TRUE(come_to_wait_for(a, 3) && come_to_wait_for(c, 1));
    a.set();
    third.join();
    ASSERT_TRUE(eventually([&] { return waits_for(a) + waits_for(b) + waits_for(c) == 2; }));
    c.set();
    a.set();
    second.join();
    a.set();
    b.set();
}

TEST(WaitAllEventTest, EachRoundIsOneThreads) {
    constexpr int threads = 3, rounds = 300;
    event a(event::automatic), b(event::automatic), next(event::automatic);
    std::atomic<bool> over{false};
    std::atomic<int> taken{0};
    std::list<watched_thread> all;
    for (int i = 0; i < threads; ++i) {
        all.emplace_back("taker", [&, i] {
            const on_node pinned(i);
            for (;;) {
                i % 2 == 0 ? wait_all(a, b) : wait_all(b, a);
                if (over) {
                    return;
                }
                ++taken;
                next.set();
            }
        });
    }
    for (int round = 1; round <= rounds; ++round) {
        a.set();
        b.set();
        next.wait();
        EXPECT_EQ(taken, round);
        EXPECT_FALSE(a.is_set() || b.is_set());
    }
    over = true;
    EXPECT_TRUE(eventually([&] {
        a.set();
        b.set();
        int done = 0;
        for (const auto& one : all) {
            done += one.done() ? 1 : 0;
        }
        return done == threads;
    }));
}

}  // namespace
}  // namespace futex2::test
