// SPDX-License-Identifier: MIT
#include <futex2/shared/semaphore.hpp>

#include <gtest/gtest.h>

#include <array>
#include <cpp/remains.hpp>
#include <cpp/shared/memory.hpp>
#include <cpp/waiting.hpp>
#include <list>
#include <string>
#include <system_error>
#include <type_traits>

namespace futex2::test {
namespace {

using namespace std::chrono_literals;

static_assert(sizeof(shared::counting_semaphore<>) == 8);
static_assert(std::is_standard_layout_v<shared::binary_semaphore>);
static_assert(std::is_trivially_destructible_v<shared::binary_semaphore>);
static_assert(shared::counting_semaphore<>::max() == 0x7fffffff);
constinit shared::binary_semaphore constant_shared_semaphore{1};

TEST(SharedSemaphoreTest, HasSoManyUnits) {
    shared::counting_semaphore<5> s(2);
    EXPECT_TRUE(s.try_acquire());
    s.acquire();
    EXPECT_FALSE(s.try_acquire());
    s.release(3);
    s.release(0);
    for (int unit = 0; unit < 3; ++unit) {
        EXPECT_TRUE(s.try_acquire());
    }
    EXPECT_FALSE(s.try_acquire());
    EXPECT_TRUE(constant_shared_semaphore.try_acquire());
    constant_shared_semaphore.release();
}

TEST(SharedSemaphoreTest, TakesNoSystemCallWhereNobodyWaits) {
    in_shared_memory<shared::counting_semaphore<>> s;
    EXPECT_TRUE(succeeds_without_system_calls([&] {
        s->release(2);
        s->acquire();
        return s->try_acquire() && !s->try_acquire();
    }));
}

TEST(SharedSemaphoreTest, AReleaseWakesAsManyAsItHasUnitsFor) {
    shared::counting_semaphore<> s(0);
    std::atomic<int> through{0};
    std::list<watched_thread> waiters;
    for (int i = 0; i < 5; ++i) {
        waiters.emplace_back("acquirer", [&] {
            s.acquire();
            ++through;
        });
    }
    ASSERT_TRUE(come_to_sleep_on(value_of(s), 5));
    s.release(2);
    EXPECT_TRUE(eventually([&] { return through == 2; }));
    EXPECT_EQ(sleepers_on(value_of(s)), 3);
    s.release(3);
    waiters.clear();
    EXPECT_EQ(counted_in_it(s), 0U);
}

TEST(SharedSemaphoreTest, ThoseComeFirstThatHaveWaitedLongest) {
    shared::counting_semaphore<> s(0);
    std::string order;  // a unit is held by one at a time
    std::list<watched_thread> waiters;
    for (const char name : {'a', 'b', 'c'}) {
        waiters.emplace_back("acquirer", [&, name] {
            s.acquire();
            order += name;
            s.release();
        });
        ASSERT_TRUE(come_to_sleep_on(value_of(s), static_cast<int>(waiters.size())));
    }
    s.release();
    waiters.clear();
    EXPECT_EQ(order, "abc");
}

TEST(SharedSemaphoreTest, MoreUnitsThanItCanHoldAreNotGiven) {
    const auto expect_too_many = [](auto& s, std::ptrdiff_t units) {
        try {
            s.release(units);
            FAIL() << "too many units";
        } catch (const std::system_error& error) {
            EXPECT_EQ(error.code(), std::errc::value_too_large);
        }
    };
    shared::counting_semaphore<> full(shared::counting_semaphore<>::max());
    expect_too_many(full, 1);
    EXPECT_TRUE(full.try_acquire());
    full.release(1);
    expect_too_many(full, shared::counting_semaphore<>::max());
}

TEST(SharedSemaphoreTest, GivesUpWhenTheTimeHasPassed) {
    shared::binary_semaphore s(0);
    expect_time_out([&](auto time) { return s.try_acquire_until(time); });
    EXPECT_FALSE(s.try_acquire_for(2ms));
    EXPECT_FALSE(s.try_acquire_for(-1h));
    EXPECT_EQ(counted_in_it(s), 0U);
    s.release();
    expect_success([&](auto time) {
        if (!s.try_acquire_until(time)) {
            return false;
        }
        s.release();
        return true;
    });
    EXPECT_TRUE(s.try_acquire_for(-1s));
}

TEST(SharedSemaphoreTest, IsDestroyedByWhoAcquiresTheUnit) {
    for (int round = 0; round < 100; ++round) {
        remains<shared::binary_semaphore> s(0);
        watched_thread heir("heir", [&] {
            s->acquire();
            s.destroy();
        });
        if (round % 2 == 0) {
            ASSERT_TRUE(come_to_sleep_on(value_of(*s), 1));
        }
        s->release();
        heir.join();
        EXPECT_TRUE(s.untouched());
    }
}

struct ring_of_numbers {
    shared::counting_semaphore<> room{4}, items{0};
    shared::binary_semaphore turn{1};  // of those who take
    std::array<std::uint64_t, 4> ring{};
    std::uint64_t next = 0, taken = 0;
};

class SharedSemaphoreOfTest : public FromEveryOrigin {};
INSTANTIATE_TEST_SUITE_P(Memory, SharedSemaphoreOfTest, testing::ValuesIn(all_origins),
                         origin_name);

TEST_P(SharedSemaphoreOfTest, PassesNumbersBetweenProcesses) {
    constexpr std::uint64_t takers = 3, each = 1000;
    in_shared_memory<ring_of_numbers> memory(GetParam());
    new (&*memory) ring_of_numbers;
    std::list<process> all;
    for (std::uint64_t i = 0; i < takers; ++i) {
        all.emplace_back([&] {
            ring_of_numbers& here = memory.elsewhere();
            for (std::uint64_t n = 0; n < each; ++n) {
                if (!here.items.try_acquire_for(patience)) {
                    return false;
                }
                here.turn.acquire();
                here.taken += here.ring[here.next++ % 4];
                here.turn.release();
                here.room.release();
            }
            return true;
        });
    }
    for (std::uint64_t n = 0; n < takers * each; ++n) {
        memory->room.acquire();
        memory->ring[n % 4] = n;
        memory->items.release();
    }
    for (process& taker : all) {
        EXPECT_TRUE(taker.succeeds());
    }
    EXPECT_EQ(memory->taken, takers * each * (takers * each - 1) / 2);
}

TEST(SharedSemaphoreTest, AProcessThatIsKilledWhileItWaitsTakesNoUnit) {
    in_shared_memory<shared::counting_semaphore<>> s;
    const auto acquire = [&] {
        s.elsewhere().acquire();
        return true;
    };
    process first(acquire);
    ASSERT_TRUE(come_to_sleep_on(value_of(*s), 1));
    process second(acquire);
    ASSERT_TRUE(come_to_sleep_on(value_of(*s), 2));
    first.kill();
    s->release();
    EXPECT_TRUE(second.succeeds());
    EXPECT_FALSE(s->try_acquire());
    EXPECT_EQ(counted_in_it(*s), 1U);
}

}  // namespace
}  // namespace futex2::test
