// SPDX-License-Identifier: MIT
// A wake with a callback under the bucket's lock, as a lock's unlock needs it: it
// learns whom it wakes and whether others wait, before any of them can run or come.
#include <futex2/futex2.h>
#include <gtest/gtest.h>

#include <atomic>
#include <vector>

#include "cpp/watched_thread.hpp"
#include "engine/interruptible.hpp"

namespace futex2::engine::test {
namespace {

using futex2::test::eventually;
using futex2::test::watched_thread;

class Callback : public testing::TestWithParam<word_kind> {
  protected:
    word_kind kind = GetParam();
    std::unique_ptr<test_process> p = make_process(2);
    futex32_numa word{0, -1};

    int wake_with(int count, std::function<uint32_t(wake_outcome)> callback) {
        return wake(*p, wake_request{&word, ~0u, count, kind}, std::move(callback));
    }
};

TEST_P(Callback, TellsWhoIsTakenAndWhetherMoreWaitAndHandsATokenOn) {
    std::atomic<uint32_t> tokens[3] = {0, 0, 0};
    std::vector<std::unique_ptr<watched_thread>> threads;
    for (int i = 0; i < 3; ++i) {
        threads.push_back(std::make_unique<watched_thread>("waiter", [&, i] {
            const wait_result result =
                wait(*p, &word, 0, ~0u, nullptr, {CLOCK_MONOTONIC, kind, false});
            if (result.status == 0) tokens[i] = result.token;
        }));
        // One after the other, so that their order is known.
        ASSERT_TRUE(eventually([&] { return waits_on(*p, &word, kind) == i + 1; }));
    }
    std::vector<wake_outcome> told;
    const auto answer = [&](uint32_t token) {
        return [&told, token](wake_outcome outcome) {
            EXPECT_GT(test_thread::self().depth.load(order::relaxed), 0u) << "outside the lock";
            told.push_back(outcome);
            return token;
        };
    };
    EXPECT_EQ(wake_with(2, answer(7)), 2);
    EXPECT_EQ(wake_with(5, answer(8)), 1);
    EXPECT_EQ(wake_with(1, answer(9)), 0);  // nobody: not asked
    threads.clear();
    ASSERT_EQ(told.size(), 2u);
    EXPECT_EQ(told[0].taken, 2);
    EXPECT_TRUE(told[0].more_wait);
    EXPECT_EQ(told[1].taken, 1);
    EXPECT_FALSE(told[1].more_wait);
    EXPECT_EQ(tokens[0], 7u);
    EXPECT_EQ(tokens[1], 7u);
    EXPECT_EQ(tokens[2], 8u);
}

INSTANTIATE_TEST_SUITE_P(Kinds, Callback, testing::Values(plain32, numa32),
                         [](const auto& param_info) {
                             return param_info.param.numa() ? "numa" : "plain";
                         });

}  // namespace
}  // namespace futex2::engine::test
