// SPDX-License-Identifier: MIT
#include <futex2/semaphore.hpp>

#include <gtest/gtest.h>

#include <cpp/remains.hpp>
#include <cpp/waiting.hpp>
#include <list>
#include <string>
#include <system_error>

namespace futex2::test {
namespace {

using namespace std::chrono_literals;

static_assert(sizeof(counting_semaphore<>) == 4 && sizeof(binary_semaphore) == 4);
static_assert(counting_semaphore<>::max() == 0x7fffffff && binary_semaphore::max() >= 1);
constinit binary_semaphore constant_semaphore{1};

// A semaphore is its state.
template <class S>
bool acquirers_wait(S& s, int count) {
    return come_to_wait(&s, FUTEX2_SIZE_U32, count);
}

TEST(SemaphoreTest, HasSoManyUnits) {
    counting_semaphore<5> s(2);
    EXPECT_TRUE(s.try_acquire());
    s.acquire();
    EXPECT_FALSE(s.try_acquire());
    s.release(3);
    s.release(0);
    EXPECT_TRUE(s.try_acquire());
    EXPECT_TRUE(s.try_acquire());
    EXPECT_TRUE(s.try_acquire());
    EXPECT_FALSE(s.try_acquire());
    EXPECT_TRUE(constant_semaphore.try_acquire());
    constant_semaphore.release();
}

TEST(SemaphoreTest, AReleaseWakesAsManyAsItHasUnitsFor) {
    counting_semaphore<> s(0);
    std::atomic<int> through{0};
    std::list<watched_thread> waiters;
    for (int i = 0; i < 5; ++i) {
        waiters.emplace_back("acquirer", [&, i] {
            const on_node pinned(i);
            s.acquire();
            ++through;
        });
    }
    ASSERT_TRUE(acquirers_wait(s, 5));
    s.release(2);
    EXPECT_TRUE(eventually([&] { return through == 2; }));
    EXPECT_EQ(waits_on(&s, FUTEX2_SIZE_U32), 3);
    s.release(3);
}

TEST(SemaphoreTest, ThoseComeFirstThatHaveWaitedLongest) {
    counting_semaphore<> s(0);
    std::string order;  // a unit is held by one at a time
    std::list<watched_thread> waiters;
    for (const char name : {'a', 'b', 'c'}) {
        waiters.emplace_back("acquirer", [&, name] {
            s.acquire();
            order += name;
            s.release();
        });
        ASSERT_TRUE(acquirers_wait(s, static_cast<int>(waiters.size())));
    }
    let_them_wait_long();
    s.release();
    waiters.clear();
    EXPECT_EQ(order, "abc");
    EXPECT_TRUE(s.try_acquire());
    EXPECT_FALSE(s.try_acquire());
}

TEST(SemaphoreTest, UnitsAreHandedToThoseWhoHaveWaitedLong) {
    for (int round = 0; round < 20; ++round) {
        counting_semaphore<> s(0);
        watched_thread first("first", [&] { s.acquire(); });
        watched_thread second("second", [&] { s.acquire(); });
        ASSERT_TRUE(acquirers_wait(s, 2));
        let_them_wait_long();
        s.release(3);
        EXPECT_TRUE(s.try_acquire());  // the third
        EXPECT_FALSE(s.try_acquire());
    }
}

// Whether the thread that releases a unit takes it again, before a waiter that has just come.
bool takes_it_back() {
    binary_semaphore s(0);
    watched_thread waiter("waiter", [&] { s.acquire(); });
    EXPECT_TRUE(acquirers_wait(s, 1));
    s.release();
    const bool taken = s.try_acquire();
    if (taken) {
        s.release();
    }
    return taken;
}

TEST(SemaphoreTest, GoesToWhoComesFirstWhileNobodyHasWaitedLong) {
    EXPECT_TRUE(eventually(takes_it_back));
}

TEST(SemaphoreTest, MoreUnitsThanItCanHoldAreNotGiven) {
    const auto expect_too_many = [](auto& s, std::ptrdiff_t units) {
        try {
            s.release(units);
            FAIL() << "too many units";
        } catch (const std::system_error& error) {
            EXPECT_EQ(error.code(), std::errc::value_too_large);
        }
    };
    counting_semaphore<> full(counting_semaphore<>::max());
    expect_too_many(full, 1);
    EXPECT_TRUE(full.try_acquire());
    full.release(1);
    expect_too_many(full, full.max());

    // The same where its state says that somebody may wait.
    counting_semaphore<> marked(0);
    EXPECT_FALSE(marked.try_acquire_for(1ms));
    marked.release(marked.max() - 1);
    expect_too_many(marked, 2);
    marked.release(1);
    EXPECT_TRUE(marked.try_acquire());
}

TEST(SemaphoreTest, GivesUpWhenTheTimeHasPassed) {
    binary_semaphore s(0);
    expect_time_out([&](auto time) { return s.try_acquire_until(time); });
    EXPECT_FALSE(s.try_acquire_for(2ms));
    EXPECT_FALSE(s.try_acquire_for(-1h));
    s.release();
    EXPECT_TRUE(s.try_acquire());
}

TEST(SemaphoreTest, TakesAUnitWhateverTheTime) {
    binary_semaphore s(1);
    const auto try_until = [&](auto time) {
        if (!s.try_acquire_until(time)) {
            return false;
        }
        s.release();
        return true;
    };
    expect_success(try_until);
    EXPECT_TRUE(s.try_acquire_for(-1s));
    EXPECT_FALSE(s.try_acquire_for(1ms));
    s.release();
    expect_success(try_until);
}

TEST(SemaphoreTest, AUnitComesInTime) {
    binary_semaphore s(0);
    watched_thread waiter("waiter", [&] {
        EXPECT_TRUE(s.try_acquire_for(patience));
        EXPECT_TRUE(s.try_acquire_until(users_clock::now() + patience));
    });
    for (int i = 0; i < 2; ++i) {
        ASSERT_TRUE(acquirers_wait(s, 1));
        s.release();
    }
}

TEST(SemaphoreTest, IsDestroyedByWhoAcquiresTheUnit) {
    for (int round = 0; round < 100; ++round) {
        remains<binary_semaphore> s(0);
        watched_thread heir("heir", [&] {
            s->acquire();
            s.destroy();
        });
        if (round % 2 == 0) {
            ASSERT_TRUE(acquirers_wait(*s, 1));
        }
        if (round % 4 == 0) {
            let_them_wait_long();
        }
        s->release();
        heir.join();
        EXPECT_TRUE(s.untouched());
    }
}

TEST(SemaphoreTest, LosesNoUnitUnderContention) {
    constexpr int threads = 4, rounds = 3000, units = 2;
    counting_semaphore<> s(units);
    std::atomic<int> held{0}, acquired{0};
    {
        std::list<watched_thread> all;
        for (int i = 0; i < threads; ++i) {
            all.emplace_back("acquirer", [&, i] {
                const on_node pinned(i);
                for (int round = 0; round < rounds; ++round) {
                    if (round % 8 != 0) {
                        s.acquire();
                    } else if (!s.try_acquire_for(std::chrono::microseconds(round % 64))) {
                        continue;
                    }
                    EXPECT_LE(++held, units);
                    if (round % 32 == 1) {
                        std::this_thread::yield();
                    }
                    --held;
                    s.release();
                    ++acquired;
                }
            });
        }
    }
    EXPECT_GE(acquired, threads * rounds / 8 * 7);
    EXPECT_TRUE(s.try_acquire());
    EXPECT_TRUE(s.try_acquire());
    EXPECT_FALSE(s.try_acquire());
}

}  // namespace
}  // namespace futex2::test
