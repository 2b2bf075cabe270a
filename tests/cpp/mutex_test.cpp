// SPDX-License-Identifier: MIT
#include <futex2/mutex.hpp>

#include <gtest/gtest.h>

#include <cpp/remains.hpp>
#include <cpp/waiting.hpp>
#include <list>
#include <mutex>
#include <stdexcept>
#include <string>

namespace futex2::test {
namespace {

using namespace std::chrono_literals;

static_assert(sizeof(mutex) == 1 && sizeof(timed_mutex) == 1);
static_assert(sizeof(once_flag) == 1);
static_assert(!std::is_copy_constructible_v<mutex> && !std::is_copy_assignable_v<mutex>);

constinit mutex constant_mutex;
constinit numa_mutex constant_numa_mutex{3};
constinit recursive_mutex constant_recursive_mutex;

template <class M>
void* byte_of(M& m) {
    return &m.native_handle()->state;
}

template <class M>
bool lockers_wait(M& m, int count) {
    return come_to_wait(byte_of(m), FUTEX2_SIZE_U8, count);
}

template <class M>
class EveryMutexTest : public testing::Test {};
using EveryMutex =
    testing::Types<mutex, timed_mutex, recursive_mutex, recursive_timed_mutex, numa_mutex>;
TYPED_TEST_SUITE(EveryMutexTest, EveryMutex);

TYPED_TEST(EveryMutexTest, IsHeldByOne) {
    TypeParam m;
    const auto others_try = [&] {
        return elsewhere([&] {
            const bool locked = m.try_lock();
            if (locked) {
                m.unlock();
            }
            return locked;
        });
    };
    m.lock();
    EXPECT_FALSE(others_try());
    m.unlock();
    EXPECT_TRUE(others_try());
    EXPECT_TRUE(m.try_lock());
    EXPECT_FALSE(others_try());
    m.unlock();
    const std::scoped_lock guard(m);
    EXPECT_FALSE(others_try());
}

TYPED_TEST(EveryMutexTest, ExcludesUnderContention) {
    constexpr int threads = 4, rounds = 3000;
    TypeParam m;
    int count = 0;
    {
        std::list<watched_thread> all;
        for (int i = 0; i < threads; ++i) {
            all.emplace_back("locker", [&, i] {
                const on_node pinned(i);
                for (int round = 0; round < rounds; ++round) {
                    const std::lock_guard guard(m);
                    const int seen = count;
                    if (round % 64 == 0) {
                        std::this_thread::yield();  // lets the others find it taken
                    }
                    count = seen + 1;
                }
            });
        }
    }
    EXPECT_EQ(count, threads * rounds);
    EXPECT_EQ(m.native_handle()->state, 0);
}

TYPED_TEST(EveryMutexTest, IsHandedToWhoHasWaitedLong) {
    for (int round = 0; round < 20; ++round) {
        TypeParam m;
        std::atomic<bool> seen{false};
        m.lock();
        watched_thread waiter("waiter", [&] {
            const std::lock_guard guard(m);
            EXPECT_TRUE(eventually([&] { return seen.load(); }));
        });
        ASSERT_TRUE(lockers_wait(m, 1));
        let_them_wait_long();
        m.unlock();
        const bool barged = m.try_lock();
        EXPECT_FALSE(barged);
        seen = true;
        if (barged) {
            m.unlock();
        }
    }
}

TYPED_TEST(EveryMutexTest, IsDestroyedByItsNextOwner) {
    for (int round = 0; round < 100; ++round) {
        remains<TypeParam> m;
        m->lock();
        watched_thread heir("heir", [&] {
            m->lock();
            m->unlock();
            m.destroy();
        });
        if (round % 2 == 0) {
            ASSERT_TRUE(lockers_wait(*m, 1));
        }
        if (round % 4 == 0) {
            let_them_wait_long();
        }
        m->unlock();
        heir.join();
        EXPECT_TRUE(m.untouched());
    }
}

TEST(MutexTest, IsConstantInitialised) {
    const std::scoped_lock guard(constant_mutex, constant_numa_mutex, constant_recursive_mutex);
    EXPECT_EQ(constant_mutex.native_handle()->state, 1);
    EXPECT_EQ(constant_numa_mutex.native_handle()->bound, 3U);
}

// Whether the thread that unlocks takes it once more, before a waiter that has just come.
bool barges() {
    mutex m;
    m.lock();
    watched_thread waiter("waiter", [&] { const std::lock_guard guard(m); });
    EXPECT_TRUE(lockers_wait(m, 1));
    m.unlock();
    if (!m.try_lock()) {
        return false;
    }
    m.unlock();
    return true;
}

TEST(MutexTest, GoesToWhoComesFirstWhileNobodyHasWaitedLong) {
    EXPECT_TRUE(eventually(barges));
}

TEST(MutexTest, WakesThoseFirstThatCameFirst) {
    mutex m;
    std::string order;
    std::list<watched_thread> waiters;
    m.lock();
    for (const char name : {'a', 'b', 'c', 'd'}) {
        waiters.emplace_back("waiter", [&, name] {
            const std::lock_guard guard(m);
            order += name;
        });
        ASSERT_TRUE(lockers_wait(m, static_cast<int>(waiters.size())));
    }
    let_them_wait_long();  // else one that is late to wake is overtaken
    m.unlock();
    waiters.clear();
    EXPECT_EQ(order, "abcd");
}

template <class M>
class TimedMutexTest : public testing::Test {};
using TimedMutexes = testing::Types<timed_mutex, recursive_timed_mutex>;
TYPED_TEST_SUITE(TimedMutexTest, TimedMutexes);

TYPED_TEST(TimedMutexTest, GivesUpWhenTheTimeHasPassed) {
    TypeParam m;
    m.lock();
    watched_thread("others", [&] {
        expect_time_out([&](auto time) { return m.try_lock_until(time); });
        EXPECT_FALSE(m.try_lock_for(3ms));
        EXPECT_FALSE(m.try_lock_for(-1h));
    }).join();
    EXPECT_EQ(waits_on(byte_of(m), FUTEX2_SIZE_U8), 0);
    m.unlock();
    EXPECT_TRUE(elsewhere([&] {
        const bool locked = m.try_lock();
        m.unlock();
        return locked;
    }));
}

TYPED_TEST(TimedMutexTest, TakesWhatIsFreeWhateverTheTime) {
    TypeParam m;
    const auto try_until = [&](auto time) {
        if (!m.try_lock_until(time)) {
            return false;
        }
        m.unlock();
        return true;
    };
    expect_success(try_until);
    EXPECT_TRUE(m.try_lock_for(-1s));
    m.unlock();
    // The same after waiters have given up, which leaves the mutex marked.
    m.lock();
    EXPECT_FALSE(elsewhere([&] { return m.try_lock_for(1ms); }));
    m.unlock();
    expect_success(try_until);
}

TYPED_TEST(TimedMutexTest, IsLockedInTime) {
    TypeParam m;
    m.lock();
    watched_thread waiter("waiter", [&] {
        EXPECT_TRUE(m.try_lock_until(users_clock::now() + patience));
        m.unlock();
        EXPECT_TRUE(m.try_lock_for(patience));
        m.unlock();
    });
    ASSERT_TRUE(lockers_wait(m, 1));
    m.unlock();
}

template <class M>
class RecursiveMutexTest : public testing::Test {};
using RecursiveMutexes = testing::Types<recursive_mutex, recursive_timed_mutex>;
TYPED_TEST_SUITE(RecursiveMutexTest, RecursiveMutexes);

TYPED_TEST(RecursiveMutexTest, IsFreeAfterAsManyUnlocks) {
    constexpr int depth = 5;
    TypeParam m;
    std::atomic<bool> free{false};
    m.lock();
    watched_thread other("other", [&] {
        EXPECT_FALSE(m.try_lock());
        m.lock();
        EXPECT_TRUE(free);
        EXPECT_TRUE(m.try_lock());
        m.unlock();
        m.unlock();
    });
    for (int i = 1; i < depth; ++i) {
        EXPECT_TRUE(m.try_lock());
    }
    ASSERT_TRUE(lockers_wait(m, 1));
    for (int i = 1; i < depth; ++i) {
        m.unlock();
        EXPECT_EQ(m.native_handle()->state & 1, 1);
    }
    free = true;
    m.unlock();
}

TEST(RecursiveTimedMutexTest, IsLockedAgainWhateverTheTime) {
    recursive_timed_mutex m;
    EXPECT_TRUE(m.try_lock_for(-1s));
    EXPECT_TRUE(m.try_lock_for(-1s));
    EXPECT_TRUE(m.try_lock_until(users_clock::time_point{}));
    EXPECT_FALSE(elsewhere([&] { return m.try_lock_for(1ms); }));
    m.unlock();
    m.unlock();
    EXPECT_FALSE(elsewhere([&] { return m.try_lock(); }));
    m.unlock();
}

// The order in which waiters get a mutex that the calling thread has locked on node 0; each
// letter is a waiter, capitals on node 1, the others on node 0.
std::string order_of(const std::string& names, std::uint32_t bound) {
    const on_node pinned(0);
    numa_mutex m(bound);
    std::string order;
    std::list<watched_thread> waiters;
    m.lock();
    for (const char name : names) {
        waiters.emplace_back("waiter", [&, name] {
            const on_node own(name < 'a' ? 1 : 0);
            const std::lock_guard guard(m);
            order += name;
        });
        EXPECT_TRUE(lockers_wait(m, static_cast<int>(waiters.size())));
    }
    m.unlock();
    waiters.clear();
    EXPECT_LE(m.native_handle()->in_a_row, bound);
    return order;
}

TEST(NumaMutexTest, IsHandedOverWithinANodeUpToTheBound) {
    if (futex2_node_count() < 2) {
        GTEST_SKIP() << "needs two nodes";
    }
    EXPECT_EQ(order_of("AbcdE", 64), "bcdAE");
    EXPECT_EQ(order_of("AbcdE", 2), "bcAEd");
    EXPECT_EQ(order_of("AbcdefG", 1), "bAGcdef");
    EXPECT_EQ(order_of("AbCd", 0), "AbCd");
    EXPECT_EQ(order_of("bcdA", 2), "bcdA");
}

TEST(NumaMutexTest, IsHandedOverInTheOrderOfOneNode) {
    EXPECT_EQ(order_of("abcd", 64), "abcd");
    EXPECT_EQ(order_of("abcd", 0), "abcd");
}

TEST(NumaMutexTest, TimesOutThroughTheCallsOfC) {
    numa_mutex m;
    m.lock();
    const deadline until = to_deadline(2ms);
    EXPECT_EQ(elsewhere([&] {
                  return futex2_numa_mutex_timedlock(m.native_handle(), &until.time, until.clock);
              }),
              -ETIMEDOUT);
    m.unlock();
    EXPECT_EQ(futex2_numa_mutex_timedlock(m.native_handle(), &until.time, until.clock), 0);
    m.unlock();
}

TEST(CallOnceTest, CallsOnce) {
    once_flag flag;
    int calls = 0;
    call_once(
        flag, [&](int n, const std::string& text) { calls += n + static_cast<int>(text.size()); },
        40, "ab");
    call_once(flag, [&] { ++calls; });
    EXPECT_EQ(calls, 42);
}

TEST(CallOnceTest, CallsAgainAfterAnException) {
    once_flag flag;
    const auto fails = [] { throw std::runtime_error("not yet"); };
    EXPECT_THROW(call_once(flag, fails), std::runtime_error);
    EXPECT_THROW(call_once(flag, fails), std::runtime_error);
    int calls = 0;
    call_once(flag, [&] { ++calls; });
    call_once(flag, fails);
    EXPECT_EQ(calls, 1);
}

TEST(CallOnceTest, ThoseWhoWaitGoOnWhenItIsDone) {
    once_flag flag;
    int value = 0;  // visible to all who return
    std::atomic<int> under_way{0};
    std::list<watched_thread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back("caller", [&] {
            ++under_way;
            call_once(flag, [&] {
                EXPECT_TRUE(eventually([&] { return under_way == 4; }));
                let_them_wait_long();
                value = 7;
            });
            EXPECT_EQ(value, 7);
        });
    }
}

TEST(CallOnceTest, OneOfThoseWhoWaitCallsAfterAnException) {
    once_flag flag;
    std::atomic<int> begun{0}, thrown{0}, calls{0};
    {
        std::list<watched_thread> threads;
        for (int i = 0; i < 4; ++i) {
            threads.emplace_back("caller", [&] {
                ++begun;
                try {
                    call_once(flag, [&] {
                        EXPECT_TRUE(eventually([&] { return begun == 4; }));
                        if (++calls < 3) {
                            throw std::runtime_error("not yet");
                        }
                    });
                } catch (const std::runtime_error&) {
                    ++thrown;
                }
            });
        }
    }
    EXPECT_EQ(calls, 3);
    EXPECT_EQ(thrown, 2);
}

}  // namespace
}  // namespace futex2::test
