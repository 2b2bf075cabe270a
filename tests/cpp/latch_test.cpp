// SPDX-License-Identifier: MIT
#include <futex2/latch.hpp>

#include <gtest/gtest.h>

#include <cpp/remains.hpp>
#include <cpp/waiting.hpp>
#include <limits>
#include <list>

namespace futex2::test {
namespace {

static_assert(sizeof(latch) == 8);
static_assert(latch::max() == std::numeric_limits<std::ptrdiff_t>::max());
constinit latch constant_latch{3};

TEST(LatchTest, IsOpenWhenItHasBeenCountedDown) {
    latch gate(3);
    EXPECT_FALSE(gate.try_wait());
    gate.count_down();
    gate.count_down(0);
    EXPECT_FALSE(gate.try_wait());
    gate.count_down(2);
    EXPECT_TRUE(gate.try_wait());
    gate.wait();
    gate.count_down(0);
    EXPECT_TRUE(latch(0).try_wait());
    EXPECT_FALSE(latch(latch::max()).try_wait());
    EXPECT_FALSE(constant_latch.try_wait());
}

TEST(LatchTest, EndsAllWaitsAtOnce) {
    latch gate(2);
    int value = 0;  // visible to all who go through
    std::list<watched_thread> waiters;
    for (int i = 0; i < 3; ++i) {
        waiters.emplace_back("waiter", [&, i] {
            const on_node pinned(i);
            gate.wait();
            EXPECT_EQ(value, 7);
        });
    }
    ASSERT_TRUE(come_to_wait(&gate, FUTEX2_SIZE_U64, 3));
    gate.count_down();
    EXPECT_EQ(waits_on(&gate, FUTEX2_SIZE_U64), 3);
    value = 7;
    gate.count_down();
}

TEST(LatchTest, ThreadsArriveAndWaitForEachOther) {
    constexpr int size = 4;
    for (int round = 0; round < 100; ++round) {
        latch gate(size + 2);
        std::atomic<int> arrived{0};
        std::list<watched_thread> threads;
        for (int i = 0; i < size; ++i) {
            threads.emplace_back("arriver", [&, i] {
                ++arrived;
                gate.arrive_and_wait(i == 0 ? 3 : 1);
                EXPECT_EQ(arrived, size);
            });
        }
        gate.wait();
        EXPECT_EQ(arrived, size);
    }
}

TEST(LatchTest, IsDestroyedByWhoFindsItOpen) {
    for (int round = 0; round < 100; ++round) {
        remains<latch> gate(1);
        watched_thread heir("heir", [&] {
            gate->wait();
            gate.destroy();
        });
        if (round % 2 == 0) {
            ASSERT_TRUE(come_to_wait(&*gate, FUTEX2_SIZE_U64, 1));
        }
        gate->count_down();
        heir.join();
        EXPECT_TRUE(gate.untouched());
    }
}

}  // namespace
}  // namespace futex2::test
