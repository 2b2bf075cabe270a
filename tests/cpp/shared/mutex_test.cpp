// SPDX-License-Identifier: MIT
#include <futex2/shared/mutex.hpp>

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mman.h>

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

template <class T>
constexpr bool fits_shared_memory =
    std::is_standard_layout_v<T>&& std::is_trivially_destructible_v<T> &&
    !std::is_copy_constructible_v<T>;

static_assert(sizeof(shared::mutex) == 4 && sizeof(shared::timed_mutex) == 4);
static_assert(fits_shared_memory<shared::mutex> && fits_shared_memory<shared::timed_mutex>);
constinit shared::mutex constant_mutex;

struct counted {
    shared::mutex lock;
    std::uint64_t count, copy;

    void raise() {
        const std::lock_guard guard(lock);
        ++count;
        if (count % 64 == 0) {
            std::this_thread::yield();
        }
        ++copy;
    }
};

class SharedMutexOfTest : public FromEveryOrigin {};
INSTANTIATE_TEST_SUITE_P(Memory, SharedMutexOfTest, testing::ValuesIn(all_origins), origin_name);

TEST_P(SharedMutexOfTest, IsHeldByOneThreadOfAllProcesses) {
    constexpr int processes = 3, rounds = 3000;
    in_shared_memory<counted> memory(GetParam());
    EXPECT_TRUE(all_succeed(processes, [&](int) {
        counted& here = memory.elsewhere();
        for (int i = 0; i < rounds; ++i) {
            here.raise();
        }
        return true;
    }));
    EXPECT_EQ(memory->count, processes * rounds);
    EXPECT_EQ(memory->copy, processes * rounds);
}

TEST_P(SharedMutexOfTest, AnUnlockWakesAnotherProcess) {
    in_shared_memory<shared::timed_mutex> m(GetParam());
    m->lock();
    EXPECT_TRUE(process([&] {
                    shared::timed_mutex& here = m.elsewhere();
                    return !here.try_lock() && !here.try_lock_for(1ms);
                }).succeeds());
    process other([&] {
        shared::timed_mutex& here = m.elsewhere();
        here.lock();
        here.unlock();
        return true;
    });
    ASSERT_TRUE(come_to_sleep_on(&*m, 1));
    m->unlock();
    EXPECT_TRUE(other.succeeds());
    EXPECT_TRUE(m->try_lock());
}

TEST(SharedMutexTest, IsTakenOnceUntilItIsUnlocked) {
    EXPECT_TRUE(constant_mutex.try_lock());
    EXPECT_FALSE(constant_mutex.try_lock());
    constant_mutex.unlock();
    constant_mutex.lock();
    EXPECT_FALSE(constant_mutex.try_lock());
    constant_mutex.unlock();
}

TEST(SharedMutexTest, TakesNoSystemCallWhereNobodySleeps) {
    in_shared_memory<shared::timed_mutex> m;
    EXPECT_TRUE(succeeds_without_system_calls([&] {
        m->lock();
        const bool twice = m->try_lock();
        m->unlock();
        const bool once = m->try_lock_until(std::chrono::steady_clock::time_point());
        m->unlock();
        return once && !twice;
    }));
}

TEST(SharedMutexTest, WakesThoseFirstThatCameFirstOneByOne) {
    shared::mutex m;
    std::string order;
    std::list<watched_thread> waiters;
    m.lock();
    for (const char name : {'a', 'b', 'c', 'd'}) {
        waiters.emplace_back("waiter", [&, name] {
            const std::lock_guard guard(m);
            EXPECT_EQ(sleepers_on(&m), 'd' - name);
            order += name;
        });
        ASSERT_TRUE(come_to_sleep_on(&m, static_cast<int>(waiters.size())));
    }
    m.unlock();
    waiters.clear();
    EXPECT_EQ(order, "abcd");
}

TEST(SharedMutexTest, GivesUpWhenTheTimeHasPassed) {
    shared::timed_mutex m;
    m.lock();
    expect_time_out([&](auto time) { return m.try_lock_until(time); });
    EXPECT_FALSE(m.try_lock_for(3ms));
    EXPECT_FALSE(m.try_lock_for(-1h));
    m.unlock();
    const auto try_until = [&](auto time) {
        if (!m.try_lock_until(time)) {
            return false;
        }
        m.unlock();
        return true;
    };
    expect_success(try_until);
    EXPECT_TRUE(m.try_lock_for(-1s));
}

TEST(SharedMutexTest, IsLockedInTime) {
    shared::timed_mutex m;
    m.lock();
    watched_thread waiter("waiter", [&] {
        EXPECT_TRUE(m.try_lock_until(users_clock::now() + patience));
        m.unlock();
    });
    ASSERT_TRUE(come_to_sleep_on(&m, 1));
    m.unlock();
}

TEST(SharedMutexTest, ASignalEndsNoWait) {
    struct sigaction action = {}, before = {};
    static std::atomic<int> handled;
    handled = 0;
    action.sa_handler = [](int) { ++handled; };
    sigaction(SIGUSR1, &action, &before);
    shared::mutex m;
    m.lock();
    watched_thread waiter("waiter", [&] {
        m.lock();
        m.unlock();
    });
    for (int n = 1; n <= 3; ++n) {
        ASSERT_TRUE(come_to_sleep_on(&m, 1));
        waiter.signal(SIGUSR1);
        ASSERT_TRUE(eventually([&] { return handled == n; }));
        EXPECT_FALSE(waiter.done());
    }
    m.unlock();
    waiter.join();
    sigaction(SIGUSR1, &before, nullptr);
}

TEST(SharedMutexTest, IsDestroyedByWhoLocksItNext) {
    for (int round = 0; round < 100; ++round) {
        remains<shared::mutex> m;
        m->lock();
        watched_thread heir("heir", [&] {
            m->lock();
            m.destroy();
        });
        if (round % 2 == 0) {
            ASSERT_TRUE(come_to_sleep_on(&*m, 1));
        }
        m->unlock();
        heir.join();
        EXPECT_TRUE(m.untouched());
    }
}

TEST(SharedMutexTest, IsUnmappedByWhoLocksItNext) {
    for (int round = 0; round < 100; ++round) {
        void* page = mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        ASSERT_NE(page, MAP_FAILED);
        auto* m = static_cast<shared::mutex*>(page);
        m->lock();
        watched_thread heir("heir", [&] {
            m->lock();
            munmap(page, 4096);
        });
        if (round % 2 == 0) {
            ASSERT_TRUE(come_to_sleep_on(m, 1));
        }
        m->unlock();
    }
}

TEST(SharedMutexTest, AProcessThatIsKilledWhileItSleepsIsNotMissed) {
    in_shared_memory<shared::mutex> m;
    m->lock();
    const auto lock_and_unlock = [&] {
        const std::lock_guard guard(m.elsewhere());
        return true;
    };
    process first(lock_and_unlock);
    ASSERT_TRUE(come_to_sleep_on(&*m, 1));
    process second(lock_and_unlock);
    ASSERT_TRUE(come_to_sleep_on(&*m, 2));
    first.kill();
    m->unlock();
    EXPECT_TRUE(second.succeeds());
}

TEST(SharedMutexTest, StaysLockedWhenItsOwnerIsKilled) {
    in_shared_memory<shared::mutex> m;
    process owner([&] {
        m->lock();
        for (;;) {
            pause();
        }
        return true;
    });
    ASSERT_TRUE(eventually([&] {
        const bool taken = m->try_lock();
        if (taken) {
            m->unlock();
        }
        return !taken;
    }));
    owner.kill();
    EXPECT_FALSE(m->try_lock());
}

}  // namespace
}  // namespace futex2::test
