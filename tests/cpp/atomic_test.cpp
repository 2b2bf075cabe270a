// SPDX-License-Identifier: MIT
// The free functions over a std::atomic that is there already.
#include <futex2/futex.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cpp/values.hpp>
#include <cpp/watched_thread.hpp>
#include <list>

namespace futex2::test {
namespace {

template <class T>
class AtomicTest : public testing::Test {};
using AtomicValues = testing::Types<std::uint8_t, std::uint16_t, std::uint32_t, std::uint64_t, bool,
                                    color, state, int*, aligned_pair, float, double>;
TYPED_TEST_SUITE(AtomicTest, AtomicValues);

TYPED_TEST(AtomicTest, IsWaitedForAndNotified) {
    using T = TypeParam;
    std::atomic<T> word{a<T>};
    futex2::wait(word, b<T>);
    EXPECT_TRUE(futex2::wait_for(word, b<T>, std::chrono::hours(1), std::memory_order::acquire));
    EXPECT_FALSE(futex2::wait_for(word, a<T>, std::chrono::milliseconds(2)));
    EXPECT_FALSE(futex2::wait_until(word, a<T>, std::chrono::system_clock::now()));

    std::list<watched_thread> waiters;
    for (int i = 0; i < 3; ++i) {
        waiters.emplace_back("wait", [&] { futex2::wait(word, a<T>); });
        waiters.emplace_back("wait_for",
                             [&] { EXPECT_TRUE(futex2::wait_for(word, a<T>, patience)); });
    }
    word.store(b<T>, std::memory_order::relaxed);
    futex2::notify_one(word);
    futex2::notify_all(word);
    waiters.clear();
}

TEST(AtomicTest, NotifyOneWakesOneAndNotifyAllTheRest) {
    std::atomic<int> word{0}, ended{0};
    constexpr std::uint64_t all = ~0U;
    std::list<watched_thread> waiters;
    for (int i = 0; i < 3; ++i) {
        waiters.emplace_back("futex2_wait", [&] {
            EXPECT_EQ(futex2_wait(&word, 0, all, futex<int>::flags, nullptr, 0), 0);
            ended.fetch_add(1);
        });
    }
    ASSERT_TRUE(eventually([&] { return futex2::notify_one(word), ended.load() >= 1; }));
    ASSERT_TRUE(eventually([&] { return futex2::notify_all(word), ended.load() == 3; }));
}

}  // namespace
}  // namespace futex2::test
