// SPDX-License-Identifier: MIT
// A parker's races with its wakers, step by step: the test plays the kernel.
#include "engine/parker.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <memory>

#include "platform/native.hpp"

namespace futex2::engine {
namespace {

struct scripted : platform::native {
    // What happens while a thread is on its way into the kernel; then the kernel
    // compares, and would let it sleep: the script must have ended that.
    static inline std::function<void()> before_compare;
    static inline int sleeps;
    static inline int lane_calls;

    static int enter_kernel(atomic<uint32_t>& word, uint32_t expected) {
        before_compare();
        if (word.load(order::seq_cst) != expected) return -EAGAIN;
        ++sleeps;
        return 0;
    }
    static int park(atomic<uint32_t>& word, uint32_t expected, platform::deadline) {
        return enter_kernel(word, expected);
    }
    static int park_in_lane(atomic<uint32_t>& word, uint32_t expected, uint32_t) {
        return enter_kernel(word, expected);
    }
    static void unpark(atomic<uint32_t>&) {}
    static void unpark_lane(atomic<uint32_t>&, uint32_t) { ++lane_calls; }
};

class Parker : public testing::Test {
  protected:
    std::unique_ptr<parker_page<scripted>> page = std::make_unique<parker_page<scripted>>();
    parker<scripted>& one = page->parkers[page->take()];

    void SetUp() override {
        scripted::sleeps = scripted::lane_calls = 0;
        one.arm();
    }

    void wake() {
        kernel_wakes<scripted> wakes;
        wakes.wake(one);
    }
};

TEST_F(Parker, AWakeOnTheWayToSleepIsSeen) {
    for (const bool in_crowd : {false, true}) {
        one.arm();
        scripted::before_compare = [&] { wake(); };
        EXPECT_EQ(one.sleep({}, in_crowd), 0);
        EXPECT_EQ(scripted::sleeps, 0);
    }
}

// The kernel's wake for the last wait comes when the next has begun: it leaves the
// bit set, and a wake on the way to sleep must still change the word.
TEST_F(Parker, ALateWakeOfTheLastWaitDoesNotHideTheNextOne) {
    lane<scripted>& shared = page->lane_of(&one);
    int step = 0;
    scripted::before_compare = [&] {
        switch (step++) {
            case 0:
                shared.woken.fetch_or(page->bit_of(&one), order::release);
                break;
            case 1:
                wake();
                break;
            default:
                FAIL() << "asleep, and woken by nobody";
        }
    };
    EXPECT_EQ(one.sleep({}, true), 0);
    EXPECT_EQ(step, 2);
    EXPECT_EQ(scripted::sleeps, 0);
}

TEST_F(Parker, AChangeOfANeighboursBitOnlyMakesItLookAgain) {
    lane<scripted>& shared = page->lane_of(&one);
    int step = 0;
    scripted::before_compare = [&] {
        if (step++ == 0)
            shared.woken.fetch_or(page->bit_of(&one) << 1, order::release);
        else
            wake();
    };
    EXPECT_EQ(one.sleep({}, true), 0);
    EXPECT_EQ(step, 2);
}

TEST_F(Parker, AForkOnTheWayToSleepIsSeen) {
    for (const bool in_crowd : {false, true}) {
        one.arm();
        scripted::before_compare = [&] {
            one.state.store(parker<scripted>::wiped, order::relaxed);
            page->lane_of(&one).woken.store(0, order::relaxed);
        };
        EXPECT_EQ(one.sleep({}, in_crowd), 0);
        EXPECT_TRUE(one.forked());
        EXPECT_EQ(scripted::sleeps, 0);
    }
}

TEST_F(Parker, AWholeLaneIsOneSystemCall) {
    scripted::before_compare = [] {};
    kernel_wakes<scripted> wakes;
    for (int i = 0; i < lane<scripted>::parkers; ++i) {
        parker<scripted>& p = page->parkers[i];
        p.state.store(parker<scripted>::sleeping_in_lane, order::relaxed);
        wakes.wake(p);
    }
    EXPECT_EQ(scripted::lane_calls, 0);
    parker<scripted>& next = page->parkers[lane<scripted>::parkers];
    next.state.store(parker<scripted>::sleeping_in_lane, order::relaxed);
    wakes.wake(next);
    EXPECT_EQ(scripted::lane_calls, 1);
}

TEST_F(Parker, APageHolds62) {
    for (int i = 1; i < parker_page<scripted>::slots; ++i) EXPECT_EQ(page->take(), i);
    EXPECT_EQ(page->take(), -1);
    parker_page<scripted>::give_back(&page->parkers[40]);
    EXPECT_EQ(page->take(), 40);
}

}  // namespace
}  // namespace futex2::engine
