// SPDX-License-Identifier: MIT
// A parker's races with its wakers, step by step: the test plays the kernel.
#include "engine/parker.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>

#include "platform/native.hpp"

namespace futex2::engine {
namespace {

struct scripted : platform::native {
    // What happens while a thread is on its way into the kernel; then the kernel
    // compares, and would let it sleep: the script must have ended that.
    static inline std::function<void()> before_compare;
    static inline int sleeps;
    static inline std::string calls;  // of wakers: a letter each
    static inline bool can_move;

    static int park(atomic<uint32_t>& word, uint32_t expected, platform::deadline) {
        before_compare();
        if (word.load(order::seq_cst) != expected) return -EAGAIN;
        ++sleeps;
        return 0;
    }
    static void unpark(atomic<uint32_t>&) { calls += 'u'; }
    static void unpark_all(atomic<uint32_t>&) { calls += 'A'; }
    static bool move_parked(atomic<uint32_t>&, uint32_t, atomic<uint32_t>&) {
        calls += 'm';
        return can_move;
    }
};

class Parker : public testing::Test {
  protected:
    std::unique_ptr<parker_page<scripted>> page = std::make_unique<parker_page<scripted>>();
    parker<scripted>& one = page->parkers[page->take()];

    void SetUp() override {
        scripted::sleeps = 0;
        scripted::calls.clear();
        scripted::can_move = true;
        one.arm();
    }

    // Wakes n parkers, all asleep; what the kernel is asked to do.
    std::string calls_for(int n) {
        {
            awakening<scripted> threads(n);
            for (int i = 0; i < n; ++i) {
                page->parkers[i].state.store(parker<scripted>::sleeping, order::relaxed);
                threads.wake(page->parkers[i]);
            }
        }
        return scripted::calls;
    }

    static constexpr int crowd = scripted::crowd;
};

TEST_F(Parker, AWakeOnTheWayToSleepIsSeen) {
    scripted::before_compare = [&] { EXPECT_TRUE(one.wake()); };
    EXPECT_EQ(one.sleep({}), 0);
    EXPECT_EQ(scripted::sleeps, 0);
}

TEST_F(Parker, AForkOnTheWayToSleepIsSeen) {
    scripted::before_compare = [&] { one.state.store(parker<scripted>::wiped, order::relaxed); };
    EXPECT_EQ(one.sleep({}), 0);
    EXPECT_TRUE(one.forked());
    EXPECT_EQ(scripted::sleeps, 0);
}

TEST_F(Parker, AThreadThatRunsNeedsNoKernel) {
    awakening<scripted>(crowd).wake(one);
    EXPECT_EQ(scripted::calls, "");
    EXPECT_TRUE(one.over());
}

TEST_F(Parker, AFewAreWokenOneByOne) {
    EXPECT_EQ(calls_for(crowd - 1), std::string(crowd - 1, 'u'));
}

TEST_F(Parker, ACrowdIsGatheredAndWokenByOneCall) {
    EXPECT_EQ(calls_for(crowd), std::string(crowd, 'm') + 'A');
}

TEST_F(Parker, ACrowdIsWokenOneByOneWhereItCannotBeGathered) {
    scripted::can_move = false;
    std::string expected;
    for (int i = 0; i < crowd; ++i) expected += "mu";
    EXPECT_EQ(calls_for(crowd), expected);
}

TEST_F(Parker, APageHolds63) {
    for (int i = 1; i < parker_page<scripted>::slots; ++i) EXPECT_EQ(page->take(), i);
    EXPECT_EQ(page->take(), -1);
    parker_page<scripted>::give_back(&page->parkers[40]);
    EXPECT_EQ(page->take(), 40);
}

}  // namespace
}  // namespace futex2::engine
