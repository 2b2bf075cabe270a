// SPDX-License-Identifier: MIT
#include <futex2/shared/condition_variable.hpp>

#include <gtest/gtest.h>

#include <cpp/remains.hpp>
#include <cpp/shared/memory.hpp>
#include <cpp/waiting.hpp>
#include <list>
#include <mutex>
#include <string>
#include <type_traits>

namespace futex2::test {
namespace {

using namespace std::chrono_literals;

static_assert(sizeof(shared::condition_variable) == 16);
static_assert(std::is_standard_layout_v<shared::condition_variable>);
static_assert(std::is_trivially_destructible_v<shared::condition_variable>);
constinit shared::condition_variable constant_shared_condition;

using shared_lock_type = std::unique_lock<shared::mutex>;

// A mutex, a condition, and threads that wait for it one after another.
struct shared_waiting_room {
    shared::mutex m;
    shared::condition_variable condition;
    std::string order;  // guarded by m
    std::list<watched_thread> waiters;

    int sleepers() const { return sleepers_on(value_of(condition)); }
    void let_in(const std::string& names) {
        for (const char name : names) {
            waiters.emplace_back("waiter", [this, name] {
                shared_lock_type lock(m);
                condition.wait(lock);
                order += name;
            });
            const int count = static_cast<int>(waiters.size());
            EXPECT_TRUE(eventually([&] { return sleepers() == count; }));
        }
    }
    std::string order_of_all() {
        waiters.clear();
        return order;
    }
};

TEST(SharedConditionVariableTest, CountsNoNotificationWhereNobodyWaits) {
    EXPECT_TRUE(succeeds_without_system_calls([] {
        constant_shared_condition.notify_one();
        constant_shared_condition.notify_all();
        return true;
    }));
    constant_shared_condition.notify_one();
    constant_shared_condition.notify_all();
    EXPECT_EQ(
        __atomic_load_n(static_cast<const std::uint32_t*>(value_of(constant_shared_condition)),
                        __ATOMIC_RELAXED),
        0U);
}

TEST(SharedConditionVariableTest, NotifiesThoseFirstThatHaveWaitedLongest) {
    shared_waiting_room room;
    room.let_in("abc");
    for (std::size_t n = 1; n <= 3; ++n) {
        room.condition.notify_one();
        EXPECT_EQ(room.sleepers(), static_cast<int>(3 - n));
        EXPECT_EQ(counted_in_it(room.condition), 3 - n);
        EXPECT_TRUE(eventually([&] {
            const std::lock_guard lock(room.m);
            return room.order.size() == n;
        }));
    }
    EXPECT_EQ(room.order_of_all(), "abc");
}

TEST(SharedConditionVariableTest, ANotificationOfAllWakesOneAndMovesTheOthersToTheMutex) {
    shared_waiting_room room;
    room.let_in("abcd");
    room.m.lock();
    room.condition.notify_all();
    EXPECT_EQ(room.sleepers(), 0);
    EXPECT_EQ(counted_in_it(room.condition), 0U);
    EXPECT_GE(sleepers_on(&room.m), 3);
    EXPECT_TRUE(come_to_sleep_on(&room.m, 4));  // with the one that was woken
    room.m.unlock();
    EXPECT_EQ(room.order_of_all(), "bcda");
}

TEST(SharedConditionVariableTest, ThoseWhoAreMovedFollowTheOneThatIsWoken) {
    shared_waiting_room room;
    room.let_in("abcd");
    room.condition.notify_all();  // the mutex is free
    EXPECT_EQ(room.order_of_all(), "abcd");
    EXPECT_TRUE(room.m.try_lock());
}

TEST(SharedConditionVariableTest, AThreadOnItsWayToSleepIsNotifiedToo) {
    for (int round = 0; round < 2000; ++round) {
        shared_waiting_room room;
        std::atomic<bool> holds{false};
        watched_thread waiter("waiter", [&] {
            shared_lock_type lock(room.m);
            holds = true;
            room.condition.wait(lock);
        });
        ASSERT_TRUE(eventually([&] { return holds.load(); }));
        const std::lock_guard lock(room.m);  // it has unlocked it, and may sleep or not
        round % 2 == 0 ? room.condition.notify_one() : room.condition.notify_all();
    }
}

TEST(SharedConditionVariableTest, GivesUpWhenTheTimeHasPassed) {
    shared_waiting_room room;
    shared_lock_type lock(room.m);
    const auto never = [] { return false; };
    expect_time_out([&](auto time) { return room.condition.wait_until(lock, time, never); });
    expect_time_out([&](auto time) {
        while (room.condition.wait_until(lock, time) == cv_status::no_timeout) {
        }
        return false;
    });
    EXPECT_FALSE(room.condition.wait_for(lock, 2ms, never));
    EXPECT_EQ(room.condition.wait_for(lock, -1h), cv_status::timeout);
    EXPECT_TRUE(room.condition.wait_for(lock, -1h, [] { return true; }));
    EXPECT_TRUE(lock.owns_lock());
    EXPECT_FALSE(room.m.try_lock());
    EXPECT_EQ(counted_in_it(room.condition), 0U);  // who gives up is not counted any more
}

TEST(SharedConditionVariableTest, ADeadlineIsOfNoConcernToOtherWaits) {
    shared_waiting_room room;
    watched_thread timed("timed", [&] {
        shared_lock_type lock(room.m);
        while (room.condition.wait_for(lock, 1ms) == cv_status::no_timeout) {
        }
    });
    timed.join();
    room.let_in("ab");
    room.condition.notify_one();
    EXPECT_EQ(room.sleepers(), 1);
    room.condition.notify_one();
    EXPECT_EQ(room.order_of_all().size(), 2U);
}

TEST(SharedConditionVariableTest, MayBeDestroyedOnceItsWaitsAreOver) {
    for (int round = 0; round < 100; ++round) {
        shared::mutex m;
        remains<shared::condition_variable> condition;
        watched_thread waiter("waiter", [&] {
            shared_lock_type lock(m);
            condition->wait(lock);
            condition.destroy();
        });
        ASSERT_TRUE(come_to_sleep_on(value_of(*condition), 1));
        round % 2 == 0 ? condition->notify_one() : condition->notify_all();
        waiter.join();
        EXPECT_TRUE(condition.untouched());
    }
}

struct pipe_of_numbers {
    shared::mutex lock;
    shared::condition_variable filled, emptied;
    std::uint64_t number;  // 0: none
    std::uint64_t put, taken;
    bool over;
};

class SharedConditionVariableOfTest : public FromEveryOrigin {};
INSTANTIATE_TEST_SUITE_P(Memory, SharedConditionVariableOfTest, testing::ValuesIn(all_origins),
                         origin_name);

TEST_P(SharedConditionVariableOfTest, PassesNumbersBetweenProcesses) {
    constexpr int takers = 3;
    constexpr std::uint64_t numbers = 2000;
    in_shared_memory<pipe_of_numbers> memory(GetParam());
    std::list<process> all;
    for (int i = 0; i < takers; ++i) {
        all.emplace_back([&] {
            pipe_of_numbers& here = memory.elsewhere();
            for (;;) {
                shared_lock_type lock(here.lock);
                here.filled.wait(lock, [&] { return here.number != 0 || here.over; });
                if (here.number == 0) {
                    return true;
                }
                here.taken += here.number;
                here.number = 0;
                here.emptied.notify_one();
            }
        });
    }
    for (std::uint64_t n = 1; n <= numbers; ++n) {
        shared_lock_type lock(memory->lock);
        ASSERT_TRUE(memory->emptied.wait_for(lock, patience, [&] { return memory->number == 0; }));
        memory->number = n;
        memory->put += n;
        lock.unlock();
        n % 5 == 0 ? memory->filled.notify_all() : memory->filled.notify_one();
    }
    {
        shared_lock_type lock(memory->lock);
        memory->emptied.wait(lock, [&] { return memory->number == 0; });
        memory->over = true;
        memory->filled.notify_all();
    }
    for (process& taker : all) {
        EXPECT_TRUE(taker.succeeds());
    }
    EXPECT_EQ(memory->put, memory->taken);
}

TEST(SharedConditionVariableTest, AProcessThatIsKilledWhileItWaitsIsNotMissed) {
    in_shared_memory<pipe_of_numbers> memory;
    const auto wait = [&] {
        pipe_of_numbers& here = memory.elsewhere();
        shared_lock_type lock(here.lock);
        here.filled.wait(lock);
        return true;
    };
    process first(wait);
    ASSERT_TRUE(come_to_sleep_on(value_of(memory->filled), 1));
    process second(wait);
    ASSERT_TRUE(come_to_sleep_on(value_of(memory->filled), 2));
    first.kill();
    memory->filled.notify_one();
    EXPECT_TRUE(second.succeeds());
    EXPECT_EQ(counted_in_it(memory->filled), 1U);
    memory->filled.notify_one();
    EXPECT_EQ(counted_in_it(memory->filled), 0U);
}

}  // namespace
}  // namespace futex2::test
