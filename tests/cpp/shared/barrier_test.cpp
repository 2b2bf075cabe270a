// SPDX-License-Identifier: MIT
#include <futex2/shared/barrier.hpp>

#include <gtest/gtest.h>

#include <array>
#include <cpp/remains.hpp>
#include <cpp/shared/memory.hpp>
#include <cpp/waiting.hpp>
#include <list>
#include <type_traits>

namespace futex2::test {
namespace {

static_assert(sizeof(shared::barrier) == 16 && std::is_standard_layout_v<shared::barrier>);
static_assert(std::is_trivially_destructible_v<shared::barrier>);
constinit shared::barrier constant_shared_barrier{1};

using token = shared::barrier::arrival_token;

TEST(SharedBarrierTest, TakesNoSystemCallWhereNobodySleeps) {
    EXPECT_TRUE(succeeds_without_system_calls([] {
        constant_shared_barrier.arrive_and_wait();
        constant_shared_barrier.arrive_and_wait();
        shared::barrier two(2);
        const auto first = two.arrive();
        two.wait(two.arrive());
        two.wait(token(first));
        return true;
    }));
}

TEST(SharedBarrierTest, AnArrivalCountsForAsManyAsItSays) {
    shared::barrier meeting(5);
    const auto first = meeting.arrive(2);
    watched_thread waiter("waiter", [&] { meeting.wait(token(first)); });
    ASSERT_TRUE(come_to_sleep_on(value_of(meeting), 1));
    static_cast<void>(meeting.arrive(2));
    EXPECT_FALSE(waiter.done());
    EXPECT_EQ(sleepers_on(value_of(meeting)), 1);
    static_cast<void>(meeting.arrive());
    waiter.join();
}

TEST(SharedBarrierTest, WhoDropsIsNotExpectedAnyMore) {
    shared::barrier meeting(3);
    watched_thread other("other", [&] {
        for (int phase = 0; phase < 4; ++phase) {
            meeting.arrive_and_wait();
        }
    });
    meeting.arrive_and_drop();
    meeting.arrive_and_wait();
    meeting.arrive_and_wait();
    meeting.arrive_and_drop();
    other.join();
}

TEST(SharedBarrierTest, MayBeDestroyedWhenAllHaveReturned) {
    for (int round = 0; round < 100; ++round) {
        remains<shared::barrier> meeting(2);
        watched_thread heir("heir", [&] {
            meeting->arrive_and_wait();
            meeting.destroy();
        });
        if (round % 2 == 0) {
            ASSERT_TRUE(come_to_sleep_on(value_of(*meeting), 1));
        }
        static_cast<void>(meeting->arrive());
        heir.join();
        EXPECT_TRUE(meeting.untouched());
    }
}

constexpr int members = 4;

struct meeting_place {
    shared::barrier meeting{members};
    std::array<std::atomic<int>, members> phase{};

    // Whether all have begun the phase that this member has behind it, and none is two ahead.
    bool is_together(int now) {
        for (const auto& other : phase) {
            const int theirs = other.load(std::memory_order::relaxed);
            if (theirs != now && theirs != now + 1) {
                return false;
            }
        }
        return true;
    }
};

class SharedBarrierOfTest : public FromEveryOrigin {};
INSTANTIATE_TEST_SUITE_P(Memory, SharedBarrierOfTest, testing::ValuesIn(all_origins), origin_name);

TEST_P(SharedBarrierOfTest, ProcessesWaitForEachOtherPhaseByPhase) {
    constexpr int phases = 300;
    in_shared_memory<meeting_place> memory(GetParam());
    new (&*memory) meeting_place;
    EXPECT_TRUE(all_succeed(members, [&](int member) {
        meeting_place& here = memory.elsewhere();
        for (int now = 1; now <= phases; ++now) {
            here.phase[static_cast<std::size_t>(member)].store(now, std::memory_order::relaxed);
            here.meeting.arrive_and_wait();
            if (!here.is_together(now)) {
                return false;
            }
        }
        return true;
    }));
}

}  // namespace
}  // namespace futex2::test
