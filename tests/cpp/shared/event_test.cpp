// SPDX-License-Identifier: MIT
#include <futex2/event.hpp>
#include <futex2/shared/event.hpp>

#include <gtest/gtest.h>

#include <array>
#include <cpp/remains.hpp>
#include <cpp/shared/memory.hpp>
#include <cpp/waiting.hpp>
#include <kernel/features.hpp>
#include <list>
#include <system_error>
#include <type_traits>

namespace futex2::test {
namespace {

using namespace std::chrono_literals;

static_assert(sizeof(shared::event) == 8 && std::is_standard_layout_v<shared::event>);
static_assert(std::is_trivially_destructible_v<shared::event>);
constinit shared::event constant_shared_event{shared::event::automatic, true};

bool come_to_sleep_for(shared::event& e, int count) {
    return come_to_sleep_on(value_of(e), count);
}

TEST(SharedEventTest, StaysSetUntilItIsReset) {
    in_shared_memory<shared::event> e;
    EXPECT_FALSE(e->is_set() || e->try_wait());
    e->set();
    e->set();
    EXPECT_TRUE(e->is_set() && e->try_wait() && e->try_wait());
    e->wait();
    e->reset();
    EXPECT_FALSE(e->is_set() || e->try_wait());
    EXPECT_TRUE(shared::event(shared::event::manual, true).try_wait());
}

TEST(SharedEventTest, AnAutomaticOneIsResetByAWaitThatItEnds) {
    shared::event e(shared::event::automatic);
    EXPECT_FALSE(e.try_wait());
    e.set();
    e.set();
    EXPECT_TRUE(e.is_set() && e.is_set());
    e.wait();
    EXPECT_FALSE(e.is_set() || e.try_wait());
    e.set();
    e.reset();
    EXPECT_FALSE(e.try_wait());
    EXPECT_TRUE(constant_shared_event.try_wait());
    EXPECT_FALSE(constant_shared_event.try_wait());
}

TEST(SharedEventTest, TakesNoSystemCallWhereNobodyWaits) {
    shared::event e, automatic(shared::event::automatic);
    EXPECT_TRUE(succeeds_without_system_calls([&] {
        e.set();
        automatic.set();
        e.wait();
        automatic.wait();
        e.reset();
        return !e.try_wait() && !automatic.is_set();
    }));
}

TEST(SharedEventTest, EndsTheWaitsOfAll) {
    shared::event e;
    std::list<watched_thread> waiters;
    for (int i = 0; i < 3; ++i) {
        waiters.emplace_back("waiter", [&] {
            e.wait();
            EXPECT_TRUE(e.wait_for(patience));
        });
    }
    ASSERT_TRUE(come_to_sleep_for(e, 3));
    e.set();
    waiters.clear();
    EXPECT_EQ(counted_in_it(e), 0U);
}

TEST(SharedEventTest, AnAutomaticOneEndsOneWait) {
    shared::event e(shared::event::automatic);
    std::atomic<int> ended{0};
    std::list<watched_thread> waiters;
    for (int i = 0; i < 3; ++i) {
        waiters.emplace_back("waiter", [&] {
            e.wait();
            ++ended;
        });
    }
    ASSERT_TRUE(come_to_sleep_for(e, 3));
    for (int n = 1; n <= 3; ++n) {
        e.set();
        EXPECT_TRUE(eventually([&] { return ended == n; }));
        EXPECT_EQ(sleepers_on(value_of(e)), 3 - n);
        EXPECT_FALSE(e.is_set());
    }
}

TEST(SharedEventTest, GivesUpWhenTheTimeHasPassed) {
    for (const auto kind : {shared::event::manual, shared::event::automatic}) {
        shared::event e(kind);
        expect_time_out([&](auto time) { return e.wait_until(time); });
        EXPECT_FALSE(e.wait_for(2ms));
        EXPECT_FALSE(e.wait_for(-1h));
        EXPECT_EQ(counted_in_it(e), 0U);
        e.set();
        expect_success([&](auto time) {
            const bool ended = e.wait_until(time);
            e.set();
            return ended;
        });
        EXPECT_TRUE(e.wait_for(-1h));
    }
}

TEST(SharedEventTest, IsDestroyedByWhoseWaitItEnds) {
    for (int round = 0; round < 100; ++round) {
        remains<shared::event> e(round % 4 < 2 ? shared::event::manual : shared::event::automatic);
        watched_thread heir("heir", [&] {
            e->wait();
            e.destroy();
        });
        if (round % 2 == 0) {
            ASSERT_TRUE(come_to_sleep_for(*e, 1));
        }
        e->set();
        heir.join();
        EXPECT_TRUE(e.untouched());
    }
}

struct ping_pong {
    shared::event ping{shared::event::automatic}, pong{shared::event::automatic};
    int count = 0;
};

class SharedEventOfTest : public FromEveryOrigin {};
INSTANTIATE_TEST_SUITE_P(Memory, SharedEventOfTest, testing::ValuesIn(all_origins), origin_name);

TEST_P(SharedEventOfTest, TwoProcessesTakeTurns) {
    constexpr int rounds = 1000;
    in_shared_memory<ping_pong> memory(GetParam());
    new (&*memory) ping_pong;
    process other([&] {
        ping_pong& here = memory.elsewhere();
        for (int i = 0; i < rounds; ++i) {
            here.ping.wait();
            ++here.count;
            here.pong.set();
        }
        return true;
    });
    for (int i = 0; i < rounds; ++i) {
        memory->ping.set();
        ASSERT_TRUE(memory->pong.wait_for(patience));
        ASSERT_EQ(memory->count, i + 1);
    }
    EXPECT_TRUE(other.succeeds());
}

bool has_waitv() {
    return kernel::may_use(kernel::waitv_call);
}

TEST(WaitAnySharedEventTest, ResetsTheOneThatItNamesAndNoOther) {
    using shared::event;
    event a(event::automatic), b(event::automatic, true), c(event::automatic, true), d;
    EXPECT_EQ(wait_any(a, b, c, d), 1U);
    EXPECT_EQ(wait_any(a, b, c, d), 2U);
    d.set();
    EXPECT_EQ(wait_any(a, b, c, d), 3U);
    EXPECT_FALSE(b.is_set() || c.is_set());
}

TEST(WaitAnySharedEventTest, WaitsForTheEventsOfAnotherProcess) {
    if (!has_waitv()) {
        GTEST_SKIP() << "needs futex_waitv";
    }
    in_shared_memory<ping_pong> memory;
    new (&*memory) ping_pong;
    for (const std::size_t which : {0U, 1U}) {
        process other([&] {
            ping_pong& here = memory.elsewhere();
            return wait_any(here.ping, here.pong) == which;
        });
        ASSERT_TRUE(come_to_sleep_for(memory->ping, 1) && come_to_sleep_for(memory->pong, 1));
        (which == 0 ? memory->ping : memory->pong).set();
        EXPECT_TRUE(other.succeeds());
        EXPECT_FALSE(memory->ping.is_set() || memory->pong.is_set());
        EXPECT_EQ(counted_in_it(memory->ping) + counted_in_it(memory->pong), 0U);
    }
}

TEST(WaitAnySharedEventTest, GivesUpWhenTheTimeHasPassed) {
    if (!has_waitv()) {
        GTEST_SKIP() << "needs futex_waitv";
    }
    shared::event a(shared::event::automatic), b;
    const std::array<awaited, 2> list{a, b};
    expect_time_out([&](auto time) { return wait_any_until(time, list).has_value(); });
    EXPECT_EQ(wait_any_for(2ms, a, b), std::nullopt);
    EXPECT_EQ(counted_in_it(a) + counted_in_it(b), 0U);
    a.set();
    EXPECT_EQ(wait_any_for(-1h, list), 0U);
    EXPECT_FALSE(a.is_set());
}

TEST(WaitAnySharedEventTest, WaitsForEventsOfThisProcessToo) {
    if (!has_waitv()) {
        GTEST_SKIP() << "needs futex_waitv";
    }
    shared::event theirs(shared::event::automatic);
    event own(event::automatic);
    for (const std::size_t which : {0U, 1U}) {
        std::size_t taken = 2;
        watched_thread any("any", [&] { taken = wait_any(theirs, own); });
        ASSERT_TRUE(come_to_sleep_for(theirs, 1));
        which == 0 ? theirs.set() : own.set();
        any.join();
        EXPECT_EQ(taken, which);
        EXPECT_FALSE(theirs.is_set() || own.is_set());
    }
}

// Two sets may wake one wait, which takes one of the events: the other is another thread's.
TEST(WaitAnySharedEventTest, LeavesAnEventToAnotherWaiterThatItDoesNotTake) {
    if (!has_waitv()) {
        GTEST_SKIP() << "needs futex_waitv";
    }
    for (int round = 0; round < 300; ++round) {
        shared::event a(shared::event::automatic), b(shared::event::automatic);
        std::size_t taken = 2;
        watched_thread any("a or b", [&] { taken = wait_any(a, b); });
        ASSERT_TRUE(come_to_sleep_for(a, 1) && come_to_sleep_for(b, 1));
        watched_thread one("b", [&] { b.wait(); });
        ASSERT_TRUE(come_to_sleep_for(b, 2));
        a.set();
        b.set();
        any.join();
        if (taken == 1) {
            b.set();
        }
        one.join();
    }
}

TEST(WaitAnySharedEventTest, TakesOneEventWithoutWaitvAndNoTwo) {
    kernel::allow(0);
    shared::event a, b;
    EXPECT_THROW(
        {
            try {
                wait_any(a, b);
            } catch (const std::system_error& error) {
                EXPECT_EQ(error.code(), std::errc::function_not_supported);
                throw;
            }
        },
        std::system_error);
    EXPECT_EQ(counted_in_it(a) + counted_in_it(b), 0U);
    watched_thread one("one", [&] { EXPECT_EQ(wait_any(a), 0U); });
    watched_thread all("all", [&] { wait_all(a, b); });
    ASSERT_TRUE(come_to_sleep_for(a, 2));
    a.set();
    ASSERT_TRUE(come_to_sleep_for(b, 1));
    b.set();
    one.join();
    all.join();
    kernel::allow(kernel::waitv_call | kernel::futex2_calls);
}

TEST(WaitAllSharedEventTest, TakesAllAtOnceOrNone) {
    shared::event a(shared::event::automatic), b(shared::event::automatic), c;
    event own(event::automatic);
    watched_thread waiter("waiter", [&] { wait_all(a, own, b, c); });
    ASSERT_TRUE(come_to_sleep_for(a, 1));
    a.set();
    ASSERT_TRUE(come_to_wait(&own.native_handle()->set, FUTEX2_SIZE_U8, 1));
    EXPECT_TRUE(a.is_set());  // it waits for the next, and has not taken a
    EXPECT_TRUE(a.try_wait());
    own.set();
    b.set();
    ASSERT_TRUE(come_to_sleep_for(a, 1));
    c.set();
    a.set();
    waiter.join();
    EXPECT_FALSE(a.is_set() || b.is_set() || own.is_set());
    EXPECT_TRUE(c.is_set());
}

TEST(WaitAllSharedEventTest, LeavesAnEventToAnotherWaiterThatItDoesNotTake) {
    shared::event a(shared::event::automatic), b(shared::event::automatic);
    watched_thread both("both", [&] { wait_all(a, b); });
    ASSERT_TRUE(come_to_sleep_for(a, 1));
    watched_thread one("one", [&] { a.wait(); });
    ASSERT_TRUE(come_to_sleep_for(a, 2));
    a.set();  // wakes `both`, which came first
    one.join();
    EXPECT_FALSE(a.is_set() || both.done());
    b.set();
    a.set();
}

TEST(WaitAllSharedEventTest, GivesBackWhatItHasTakenInVain) {
    shared::event a(shared::event::automatic, true), b(shared::event::automatic);
    const std::array<awaited, 2> list{a, b};
    EXPECT_FALSE(detail::take_all(list));
    EXPECT_TRUE(a.is_set());
    EXPECT_FALSE(wait_all_for(1ms, list));
    EXPECT_TRUE(a.is_set());
}

}  // namespace
}  // namespace futex2::test
