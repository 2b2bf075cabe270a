// SPDX-License-Identifier: MIT
#include <futex2/condition_variable.hpp>

#include <gtest/gtest.h>
#include <futex2/shared_mutex.hpp>

#include <cpp/remains.hpp>
#include <cpp/waiting.hpp>
#include <list>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <stop_token>
#include <string>

namespace futex2::test {
namespace {

using namespace std::chrono_literals;

constinit condition_variable constant_condition;

int sleepers_of(condition_variable& c) {
    return waits_on(&c.native_handle()->sequence, FUTEX2_SIZE_U64);
}
int lockers_of(mutex& m) {
    return waits_on(&m.native_handle()->state, FUTEX2_SIZE_U8);
}

bool is_held(mutex& m) {
    return (__atomic_load_n(&m.native_handle()->state, __ATOMIC_RELAXED) & 1) != 0;
}

// A mutex, a condition, and threads that wait for it.
struct waiting_room {
    mutex m;
    condition_variable condition;
    std::string order;               // guarded by m
    std::atomic<bool> go_on{false};  // for those who came back, and hold the mutex
    std::list<watched_thread> waiters;

    // They come to wait one after another. Afterwards the mutex is free.
    void let_in(const std::string& names) {
        for (const char name : names) {
            waiters.emplace_back("waiter", [this, name] {
                std::unique_lock lock(m);
                condition.wait(lock);
                order += name;
                EXPECT_TRUE(eventually([this] { return go_on.load(); }));
            });
            const int count = static_cast<int>(waiters.size());
            EXPECT_TRUE(eventually([&] { return sleepers_of(condition) == count; }));
            const std::lock_guard free(m);  // who waits has unlocked it
        }
    }
    std::string order_now() {
        go_on = true;
        waiters.clear();
        return order;
    }
};

// False, after waits that may also have ended for no reason, for nobody notifies.
template <class Condition, class Lock, class Time>
bool ends_by_no_deadline(Condition& condition, Lock& lock, Time time) {
    while (condition.wait_until(lock, time) == cv_status::no_timeout) {
    }
    return false;
}

TEST(ConditionVariableTest, CountsItsNotificationsWhereNobodyWaits) {
    futex2_cond* c = constant_condition.native_handle();
    const std::uint64_t before = futex2_cond_sequence(c);
    constant_condition.notify_one();
    constant_condition.notify_all();
    EXPECT_EQ(futex2_cond_sequence(c), before + 2);
}

TEST(ConditionVariableTest, NotifiesThoseFirstThatHaveWaitedLongest) {
    waiting_room room;
    room.let_in("abc");
    room.go_on = true;
    for (int left = 2; left >= 0; --left) {
        room.condition.notify_one();
        EXPECT_EQ(sleepers_of(room.condition), left);
        EXPECT_TRUE(eventually([&] {
            const std::lock_guard lock(room.m);
            return static_cast<int>(room.order.size()) == 3 - left;
        }));
    }
    EXPECT_EQ(room.order_now(), "abc");
}

TEST(ConditionVariableTest, ANotificationOfAllWakesOneAndMovesTheOthersToTheMutex) {
    waiting_room room;
    room.let_in("abcd");
    room.condition.notify_all();
    EXPECT_EQ(sleepers_of(room.condition), 0);
    EXPECT_TRUE(eventually([&] { return is_held(room.m); }));
    EXPECT_EQ(lockers_of(room.m), 3);  // of the one that is back, which holds it
    EXPECT_EQ(room.order_now(), "abcd");
}

TEST(ConditionVariableTest, WithTheMutexHeldTheOthersAreInItsQueueBeforeTheOneThatIsWoken) {
    waiting_room room;
    room.let_in("abcd");
    {
        const std::lock_guard lock(room.m);
        room.condition.notify_all();
        EXPECT_EQ(sleepers_of(room.condition), 0);
        EXPECT_GE(lockers_of(room.m), 3);
        EXPECT_TRUE(eventually([&] { return lockers_of(room.m) == 4; }));
    }
    EXPECT_EQ(room.order_now(), "bcda");
}

TEST(ConditionVariableTest, NotifiesAllOfManyNodes) {
    constexpr int threads = 6;
    mutex m;
    condition_variable condition;
    bool ready = false;
    int back = 0;
    {
        std::list<watched_thread> waiters;
        for (int i = 0; i < threads; ++i) {
            waiters.emplace_back("waiter", [&, i] {
                const on_node pinned(i);
                std::unique_lock lock(m);
                condition.wait(lock, [&] { return ready; });
                ++back;
            });
        }
        EXPECT_TRUE(eventually([&] { return sleepers_of(condition) == threads; }));
        const std::lock_guard lock(m);
        ready = true;
        condition.notify_all();
    }
    EXPECT_EQ(back, threads);
}

TEST(ConditionVariableTest, WaitsUntilThePredicateHolds) {
    mutex m;
    condition_variable condition;
    int value = 0;
    watched_thread waiter("waiter", [&] {
        std::unique_lock lock(m);
        condition.wait(lock, [&] { return value == 2; });
        EXPECT_TRUE(condition.wait_for(lock, patience, [&] { return value == 3; }));
        EXPECT_TRUE(
            condition.wait_until(lock, users_clock::now() + patience, [&] { return value == 4; }));
        EXPECT_TRUE(lock.owns_lock());
    });
    for (int next = 1; next <= 4; ++next) {
        ASSERT_TRUE(eventually([&] { return sleepers_of(condition) == 1; }));
        const std::lock_guard lock(m);
        value = next;
        condition.notify_one();
    }
}

TEST(ConditionVariableTest, GivesUpWhenTheTimeHasPassed) {
    mutex m;
    condition_variable condition;
    std::unique_lock lock(m);
    expect_time_out([&](auto time) { return ends_by_no_deadline(condition, lock, time); });
    expect_time_out(
        [&](auto time) { return condition.wait_until(lock, time, [] { return false; }); });
    EXPECT_EQ(condition.wait_for(lock, 2ms), cv_status::timeout);
    EXPECT_EQ(condition.wait_for(lock, -1h), cv_status::timeout);
    EXPECT_FALSE(condition.wait_for(lock, 2ms, [] { return false; }));
    EXPECT_TRUE(condition.wait_for(lock, -1h, [] { return true; }));
    EXPECT_TRUE(lock.owns_lock());
    EXPECT_EQ(sleepers_of(condition), 0);
}

// A thread is moved to the mutex before its deadline, which then passes while it waits there.
// False: the deadline was first.
bool is_notified_in_time() {
    mutex m;
    condition_variable condition;
    std::atomic<bool> notified{false};
    watched_thread first("first", [&] {
        std::unique_lock lock(m);
        condition.wait(lock);
    });
    EXPECT_TRUE(eventually([&] { return sleepers_of(condition) == 1; }));
    const auto time = std::chrono::steady_clock::now() + 20ms;
    watched_thread second("second", [&] {
        std::unique_lock lock(m);
        const cv_status status = condition.wait_until(lock, time);
        EXPECT_TRUE(status == cv_status::no_timeout || !notified);
    });
    EXPECT_TRUE(eventually([&] { return sleepers_of(condition) == 2 || second.done(); }));
    const std::lock_guard lock(m);
    condition.notify_all();
    notified = std::chrono::steady_clock::now() < time && !second.done();
    // It gives up in the mutex's queue, and comes back to it as one who locks.
    EXPECT_TRUE(eventually([&] { return std::chrono::steady_clock::now() > time + 5ms; }));
    return notified;
}

TEST(ConditionVariableTest, ADeadlineBehindTheNotificationCountsForNothing) {
    EXPECT_TRUE(eventually(is_notified_in_time));
}

TEST(ConditionVariableTest, IsDestroyedBehindANotificationOfAll) {
    for (int round = 0; round < 50; ++round) {
        mutex m;
        remains<condition_variable> condition;
        std::list<watched_thread> waiters;
        for (int i = 0; i < 3; ++i) {
            waiters.emplace_back("waiter", [&, i] {
                std::unique_lock lock(m);
                if (i == 0) {
                    condition->wait(lock);
                } else {
                    EXPECT_EQ(condition->wait_for(lock, patience), cv_status::no_timeout);
                }
            });
        }
        ASSERT_TRUE(eventually([&] { return sleepers_of(*condition) == 3; }));
        {
            std::unique_lock lock(m);
            if (round % 2 == 0) {
                lock.unlock();
            }
            condition->notify_all();
            condition.destroy();
        }
        waiters.clear();
        EXPECT_TRUE(condition.untouched());
    }
}

TEST(ConditionVariableTest, ServesOneMutexAfterAnother) {
    condition_variable condition;
    for (int round = 0; round < 10; ++round) {
        mutex m;
        std::list<watched_thread> waiters;
        for (int i = 0; i < 2; ++i) {
            waiters.emplace_back("waiter", [&] {
                std::unique_lock lock(m);
                condition.wait(lock);
            });
        }
        ASSERT_TRUE(eventually([&] { return sleepers_of(condition) == 2; }));
        const std::lock_guard lock(m);
        condition.notify_all();
        EXPECT_GE(lockers_of(m), 1);
    }
}

TEST(ConditionVariableTest, DoesNotWaitWhereItHasBeenNotifiedSince) {
    mutex m;
    condition_variable condition;
    futex2_cond* c = condition.native_handle();
    const std::lock_guard lock(m);
    const std::uint64_t before = futex2_cond_sequence(c);
    condition.notify_one();
    EXPECT_EQ(futex2_cond_sequence(c), before + 1);
    EXPECT_EQ(futex2_cond_wait_since(c, m.native_handle(), before, nullptr, 0), 0);
    const deadline until = to_deadline(2ms);
    EXPECT_EQ(futex2_cond_wait_since(c, m.native_handle(), before + 1, &until.time, until.clock),
              -ETIMEDOUT);
    const deadline no_time{{0, -1}, CLOCK_MONOTONIC};
    EXPECT_EQ(futex2_cond_timedwait(c, m.native_handle(), &no_time.time, no_time.clock), -EINVAL);
    EXPECT_EQ(futex2_cond_timedwait(c, m.native_handle(), &until.time, CLOCK_BOOTTIME), -EINVAL);
}

// What condition variables of both kinds have in common: with std::unique_lock of a mutex.
template <class Condition>
struct with_lock;
template <>
struct with_lock<condition_variable> {
    using mutex_type = mutex;
    using lock_type = std::unique_lock<mutex>;
};
template <>
struct with_lock<condition_variable_any> {
    using mutex_type = std::mutex;
    using lock_type = std::unique_lock<std::mutex>;
};

template <class Condition>
class EveryConditionTest : public testing::Test {
  protected:
    // Once a thread has waited in `waiter`, which has counted itself in while it held the mutex.
    void when_it_waits() {
        ASSERT_TRUE(eventually([this] {
            const std::lock_guard lock(m);
            return waiting > 0;
        }));
    }

    typename with_lock<Condition>::mutex_type m;
    Condition condition;
    int waiting = 0;
    bool ready = false;
};
using EveryCondition = testing::Types<condition_variable, condition_variable_any>;
TYPED_TEST_SUITE(EveryConditionTest, EveryCondition);

TYPED_TEST(EveryConditionTest, AStopRequestedBeforeEndsAllWaits) {
    typename with_lock<TypeParam>::lock_type lock(this->m);
    std::stop_source stop;
    stop.request_stop();
    const auto no = [] { return false; };
    const auto yes = [] { return true; };
    EXPECT_FALSE(this->condition.wait(lock, stop.get_token(), no));
    EXPECT_TRUE(this->condition.wait(lock, stop.get_token(), yes));
    EXPECT_FALSE(this->condition.wait_for(lock, stop.get_token(), 1h, no));
    EXPECT_TRUE(this->condition.wait_for(lock, stop.get_token(), 1h, yes));
    const auto later = std::chrono::system_clock::now() + 1h;
    EXPECT_FALSE(this->condition.wait_until(lock, stop.get_token(), later, no));
    EXPECT_TRUE(lock.owns_lock());
}

TYPED_TEST(EveryConditionTest, AStopRequestedMeanwhileEndsAllWaits) {
    for (int form = 0; form < 3; ++form) {
        std::stop_source stop;
        this->waiting = 0;
        watched_thread waiter("waiter", [&] {
            typename with_lock<TypeParam>::lock_type lock(this->m);
            ++this->waiting;
            const auto no = [] { return false; };
            const auto time = users_clock::now() + patience;
            EXPECT_FALSE(form == 0 ? this->condition.wait(lock, stop.get_token(), no)
                         : form == 1
                             ? this->condition.wait_for(lock, stop.get_token(), patience, no)
                             : this->condition.wait_until(lock, stop.get_token(), time, no));
            EXPECT_TRUE(lock.owns_lock());
        });
        this->when_it_waits();
        stop.request_stop();
    }
}

TYPED_TEST(EveryConditionTest, AStopThatRacesTheWaitIsNotMissed) {
    for (int round = 0; round < 200; ++round) {
        std::stop_source stop;
        watched_thread waiter("waiter", [&] {
            typename with_lock<TypeParam>::lock_type lock(this->m);
            EXPECT_FALSE(this->condition.wait(lock, stop.get_token(), [] { return false; }));
        });
        if (round % 2 == 0) {
            std::this_thread::yield();
        }
        stop.request_stop();
    }
}

TYPED_TEST(EveryConditionTest, AStopRequestedAfterwardsSaysNothing) {
    std::stop_source stop;
    watched_thread waiter("waiter", [&] {
        typename with_lock<TypeParam>::lock_type lock(this->m);
        ++this->waiting;
        EXPECT_TRUE(this->condition.wait(lock, stop.get_token(), [this] { return this->ready; }));
    });
    this->when_it_waits();
    {
        const std::lock_guard lock(this->m);
        this->ready = true;
    }
    this->condition.notify_one();
    waiter.join();
    stop.request_stop();
}

TYPED_TEST(EveryConditionTest, GivesUpAWaitWithAStopToken) {
    typename with_lock<TypeParam>::lock_type lock(this->m);
    std::stop_source stop;
    expect_time_out([&](auto time) {
        return this->condition.wait_until(lock, stop.get_token(), time, [] { return false; });
    });
    EXPECT_FALSE(this->condition.wait_for(lock, stop.get_token(), 2ms, [] { return false; }));
    EXPECT_TRUE(this->condition.wait_for(lock, stop.get_token(), -1h, [] { return true; }));
}

TYPED_TEST(EveryConditionTest, HandsOnTurnsUnderContention) {
    constexpr int threads = 3, rounds = 300;
    int turn = 0;
    {
        std::list<watched_thread> all;
        for (int i = 0; i < threads; ++i) {
            all.emplace_back("turns", [&, i] {
                const on_node pinned(i);
                for (int round = 0; round < rounds; ++round) {
                    typename with_lock<TypeParam>::lock_type lock(this->m);
                    this->condition.wait(lock, [&] { return turn % threads == i; });
                    ++turn;
                    if (round % 2 == 0) {
                        lock.unlock();
                    }
                    this->condition.notify_all();
                }
            });
        }
    }
    EXPECT_EQ(turn, threads * rounds);
}

TEST(ConditionVariableAnyTest, WaitsWithAnyLock) {
    std::mutex m;
    condition_variable_any condition;
    std::unique_lock lock(m);
    expect_time_out([&](auto time) { return ends_by_no_deadline(condition, lock, time); });
    EXPECT_EQ(condition.wait_for(lock, 2ms), cv_status::timeout);
    EXPECT_FALSE(condition.wait_for(lock, 2ms, [] { return false; }));
    EXPECT_TRUE(condition.wait_for(lock, -1s, [] { return true; }));
    EXPECT_TRUE(lock.owns_lock());
}

TEST(ConditionVariableAnyTest, WaitsWithALockThatReadersShare) {
    shared_mutex m;
    condition_variable_any condition;
    std::atomic<int> waiting{0};
    bool ready = false;
    std::list<watched_thread> readers;
    for (int i = 0; i < 3; ++i) {
        readers.emplace_back("reader", [&] {
            std::shared_lock lock(m);
            ++waiting;
            condition.wait(lock, [&] { return ready; });
            EXPECT_TRUE(lock.owns_lock());
        });
    }
    ASSERT_TRUE(eventually([&] { return waiting == 3; }));
    {
        const std::unique_lock lock(m);  // they wait, and do not hold it
        ready = true;
    }
    condition.notify_all();
}

TEST(ConditionVariableAnyTest, NotifiesOne) {
    std::mutex m;
    condition_variable_any condition;
    int tickets = 0, waiting = 0, served = 0;
    std::list<watched_thread> all;
    for (int i = 0; i < 3; ++i) {
        all.emplace_back("waiter", [&] {
            std::unique_lock lock(m);
            ++waiting;
            condition.wait(lock, [&] { return tickets > 0; });
            --tickets;
            ++served;
        });
    }
    for (int next = 1; next <= 3; ++next) {
        ASSERT_TRUE(eventually([&] {
            const std::lock_guard lock(m);
            return waiting == 3;
        }));
        {
            const std::lock_guard lock(m);
            ++tickets;
        }
        condition.notify_one();
        ASSERT_TRUE(eventually([&] {
            const std::lock_guard lock(m);
            return served == next;
        }));
    }
}

TEST(ConditionVariableAnyTest, IsDestroyedBehindANotificationOfAll) {
    for (int round = 0; round < 50; ++round) {
        std::mutex m;
        remains<condition_variable_any> condition;
        int waiting = 0;
        std::list<watched_thread> waiters;
        for (int i = 0; i < 3; ++i) {
            waiters.emplace_back("waiter", [&] {
                std::unique_lock lock(m);
                ++waiting;
                condition->wait(lock);
            });
        }
        ASSERT_TRUE(eventually([&] {
            const std::lock_guard lock(m);
            return waiting == 3;
        }));
        {
            std::unique_lock lock(m);
            if (round % 2 == 0) {
                lock.unlock();
            }
            condition->notify_all();
            condition.destroy();
        }
        waiters.clear();
        EXPECT_TRUE(condition.untouched());
    }
}

}  // namespace
}  // namespace futex2::test
