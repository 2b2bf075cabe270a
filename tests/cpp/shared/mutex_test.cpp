// SPDX-License-Identifier: MIT
#include <futex2/shared/mutex.hpp>

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mman.h>
#include <ucontext.h>
#ifdef __x86_64__
#include <x86intrin.h>
#endif

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

#if defined(__x86_64__) && !FUTEX2_SANITIZED
// Behind each instruction of an unlock: from the one that frees the mutex on, up to the system
// call, its page is out of reach, as if its next owner had unmapped it.
void* unlocked_page;
enum class reach : unsigned char { not_freed, taken_away, given_back };
volatile reach page_is;
constexpr unsigned long trap_flag = 0x100;

void behind_each_instruction(int, siginfo_t*, void* memory) {
    auto& registers = static_cast<ucontext_t*>(memory)->uc_mcontext.gregs;
    const auto* next = reinterpret_cast<const unsigned char*>(registers[REG_RIP]);
    if (page_is == reach::not_freed && *static_cast<volatile uint32_t*>(unlocked_page) == 0) {
        mprotect(unlocked_page, 4096, PROT_NONE);
        page_is = reach::taken_away;
    }
    const bool calls_kernel = next[0] == 0x0f && next[1] == 0x05;
    if (page_is == reach::taken_away && calls_kernel) {
        mprotect(unlocked_page, 4096, PROT_READ | PROT_WRITE);
        page_is = reach::given_back;
        registers[REG_EFL] &= ~static_cast<greg_t>(trap_flag);
    }
}

TEST(SharedMutexTest, IsNotTouchedBehindItsUnlock) {
    void* page = mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    ASSERT_NE(page, MAP_FAILED);
    auto* m = static_cast<shared::mutex*>(page);
    unlocked_page = page;
    page_is = reach::not_freed;
    m->lock();
    process heir([&] {
        m->lock();
        return true;
    });
    ASSERT_TRUE(come_to_sleep_on(m, 1));
    struct sigaction stepping = {};
    struct sigaction before = {};
    stepping.sa_sigaction = behind_each_instruction;
    stepping.sa_flags = SA_SIGINFO;
    sigaction(SIGTRAP, &stepping, &before);
    __writeeflags(__readeflags() | trap_flag);
    m->unlock();
    EXPECT_TRUE(page_is == reach::given_back);
    EXPECT_TRUE(heir.succeeds());
    sigaction(SIGTRAP, &before, nullptr);
    munmap(page, 4096);
}
#endif

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
