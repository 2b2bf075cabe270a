// SPDX-License-Identifier: MIT
// futex<T> and numa_futex<T>, for every size and kind of value.
#include <futex2/futex.hpp>

#include <gtest/gtest.h>

#include <cpp/values.hpp>
#include <cpp/watched_thread.hpp>
#include <cstring>
#include <list>
#include <memory>
#include <thread>
#include <vector>

namespace futex2::test {
namespace {

struct padded {
    char first;
    std::int32_t second;
};
struct three_bytes {
    char bytes[3];
};

static_assert(futex_value<bool> && futex_value<color> && futex_value<pair_of_shorts>);
static_assert(futex_value<float> && futex_value<double> && futex_value<void (*)()>);
static_assert(!futex_value<padded> && !futex_value<three_bytes> && !futex_value<long double>);
static_assert(!futex_value<const int> && !futex_value<std::unique_ptr<int>>);

template <class T>
bool equal(T x, T y) {
    return std::memcmp(&x, &y, sizeof x) == 0;
}

template <class F>
constexpr bool is_numa = (F::flags & FUTEX2_NUMA) != 0;

template <class F>
class FutexTest : public testing::Test {};

template <class T>
using plain = futex<T>;
template <class T>
using numa = numa_futex<T>;

#if FUTEX2_SANITIZED  // each size, once: the compiler takes longest for these
using EveryFutex =
    testing::Types<numa<std::uint8_t>, plain<std::uint16_t>, numa<state>, plain<int*>>;
#else
using EveryFutex = testing::Types<plain<std::uint8_t>, numa<std::uint8_t>, plain<std::uint16_t>,
                                  numa<std::uint16_t>, plain<std::uint32_t>, numa<std::uint32_t>,
                                  plain<std::uint64_t>, numa<std::uint64_t>, plain<color>,
                                  numa<state>, plain<int*>, numa<int*>, plain<pair_of_shorts>>;
#endif
TYPED_TEST_SUITE(FutexTest, EveryFutex);

TYPED_TEST(FutexTest, HasTheLayoutOfTheWordsOfC) {
    using T = typename TypeParam::value_type;
    constexpr std::size_t size = is_numa<TypeParam> ? 2 * sizeof(T) : sizeof(T);
    static_assert(sizeof(TypeParam) == size && alignof(TypeParam) == size);
    static_assert(std::is_standard_layout_v<TypeParam>);
    static_assert(!std::is_copy_constructible_v<TypeParam>);
    static constinit TypeParam constant;
    EXPECT_TRUE(equal(constant.load(), T{}));

    TypeParam word{b<T>};
    detail::bits_of<T> halves[2] = {};
    std::memcpy(halves, word.address(), size);
    EXPECT_EQ(halves[0], detail::to_bits(b<T>));
    if (is_numa<TypeParam>) {
        EXPECT_EQ(halves[1], detail::any_mask<T>);  // -1
    }
}

TYPED_TEST(FutexTest, HoldsAValueAsAnAtomicDoes) {
    using T = typename TypeParam::value_type;
    TypeParam word{a<T>};
    word.store(b<T>, std::memory_order::release);
    EXPECT_TRUE(equal(word.load(std::memory_order::acquire), b<T>));
    EXPECT_TRUE(equal(word.exchange(a<T>), b<T>));

    T expected = b<T>;
    EXPECT_FALSE(word.compare_exchange_strong(expected, b<T>));
    EXPECT_TRUE(equal(expected, a<T>));
    EXPECT_TRUE(word.compare_exchange_strong(expected, b<T>, std::memory_order::acq_rel,
                                             std::memory_order::acquire));
    expected = b<T>;
    while (!word.compare_exchange_weak(expected, a<T>)) {
        ASSERT_TRUE(equal(expected, b<T>));
    }
    EXPECT_FALSE(word.compare_exchange_weak(expected, a<T>, std::memory_order::release,
                                            std::memory_order::relaxed) &&
                 !equal(expected, a<T>));
    EXPECT_TRUE(equal(word.load(), a<T>));
}

TYPED_TEST(FutexTest, DoesNotWaitForAValueThatDiffers) {
    using T = typename TypeParam::value_type;
    TypeParam word{a<T>};
    word.wait(b<T>);
    EXPECT_TRUE(word.wait_for(b<T>, std::chrono::hours(1)));
    EXPECT_TRUE(word.wait_for(b<T>, std::chrono::seconds(-1)));
    EXPECT_EQ(word.wait_once(b<T>), std::errc::resource_unavailable_try_again);
}

TYPED_TEST(FutexTest, WaitsUntilTheValueDiffersAndNoLess) {
    using T = typename TypeParam::value_type;
    TypeParam word{a<T>};
    watched_thread waiter("wait", [&] { word.wait(a<T>); });
    ASSERT_TRUE(eventually([&] { return word.wake(1) == 1; }));  // woken for nothing,
    ASSERT_TRUE(eventually([&] { return word.wake(1) == 1; }));  // it went back to sleep
    EXPECT_FALSE(waiter.done());
    word.store(b<T>, std::memory_order::relaxed);
    word.notify_one();
    waiter.join();
}

TYPED_TEST(FutexTest, StoreAndWakeEndsAllWaits) {
    using T = typename TypeParam::value_type;
    TypeParam word{a<T>};
    std::list<watched_thread> waiters;
    for (int i = 0; i < 3; ++i) {
        waiters.emplace_back("timed wait", [&] {
            EXPECT_TRUE(word.wait_for(a<T>, patience));
            EXPECT_TRUE(equal(word.load(std::memory_order::relaxed), b<T>));
        });
    }
    ASSERT_TRUE(eventually([&] { return word.wake(1) == 1; }));
    EXPECT_LE(word.store_and_wake(b<T>), 3);
    waiters.clear();
    EXPECT_EQ(word.store_and_wake(a<T>), 0);
}

TYPED_TEST(FutexTest, WakesAsManyAsItIsAskedToAndCountsThem) {
    using T = typename TypeParam::value_type;
    TypeParam word{a<T>};
    std::atomic<int> ended{0};
    std::list<watched_thread> waiters;
    for (int i = 0; i < 4; ++i) {
        waiters.emplace_back("wait_once", [&] {
            while (word.wait_once(a<T>) == std::errc{}) {
                ended.fetch_add(1);
            }
        });
    }
    int woken = 0;
    const auto at_most = [&](int most, int count) {
        EXPECT_GE(count, 0);
        EXPECT_LE(count, most);
        woken += count;
        return count > 0;
    };
    for (int i = 0; i < 50; ++i) {
        EXPECT_EQ(word.wake(0), 0);
        ASSERT_TRUE(eventually([&] { return at_most(1, word.wake(-1)); }));
        ASSERT_TRUE(eventually([&] { return at_most(1, word.wake(1)); }));
        ASSERT_TRUE(eventually([&] { return at_most(2, word.wake(2)); }));
        ASSERT_TRUE(eventually([&] { return at_most(1, word.store_and_wake(a<T>, 1)); }));
        ASSERT_TRUE(eventually([&] { return at_most(4, word.wake_all()); }));
    }
    at_most(4, word.store_and_wake(b<T>));
    waiters.clear();
    EXPECT_EQ(woken, ended.load());
    EXPECT_EQ(word.wake_all(), 0);
}

TYPED_TEST(FutexTest, WakesOnlyWaitsThatTheMaskMeets) {
    using T = typename TypeParam::value_type;
    TypeParam word{a<T>};
    std::atomic<int> woken{0};
    watched_thread waiter("masked", [&] {
        while (word.wait_once(a<T>, 0b01) == std::errc{}) {
            woken.fetch_add(1);
        }
    });
    for (int i = 0; i < 20; ++i) {
        ASSERT_TRUE(eventually([&] { return word.wake(1, 0b11) == 1; }));
        EXPECT_EQ(word.wake_all(0b10), 0);
    }
    ASSERT_TRUE(eventually([&] { return woken.load() == 20; }));
    word.store(b<T>);
    word.notify_all();
}

TYPED_TEST(FutexTest, GivesUpWhenTheTimeHasPassed) {
    using T = typename TypeParam::value_type;
    TypeParam word{a<T>};
    using std::chrono::steady_clock, std::chrono::system_clock;
    const auto length = std::chrono::milliseconds(20);
    const auto begin = steady_clock::now();
    EXPECT_FALSE(word.wait_for(a<T>, length));
    EXPECT_GE(steady_clock::now() - begin, length);
    EXPECT_FALSE(word.wait_until(a<T>, steady_clock::now() + length));
    const auto until = system_clock::now() + length;
    EXPECT_FALSE(word.wait_until(a<T>, until, std::memory_order::acquire, 1));
    EXPECT_GE(system_clock::now(), until);
    EXPECT_FALSE(word.wait_until(a<T>, to_deadline(length)));
    EXPECT_EQ(word.wait_once(a<T>, to_deadline(length)), std::errc::timed_out);
    EXPECT_FALSE(word.wait_for(a<T>, std::chrono::seconds(-1)));
}

TYPED_TEST(FutexTest, ReportsAWaitThatCannotBeDone) {
    using T = typename TypeParam::value_type;
    TypeParam word{a<T>};
    const deadline no_time{{0, 1'000'000'000}, CLOCK_MONOTONIC};
    EXPECT_EQ(word.wait_once(a<T>, 0), std::errc::invalid_argument);
    EXPECT_EQ(word.wait_once(a<T>, no_time), std::errc::invalid_argument);
    EXPECT_THROW(word.wait_until(a<T>, no_time), std::system_error);
    try {
        word.wait(a<T>, std::memory_order::seq_cst, 0);
        FAIL() << "a wait that no wake can end has returned";
    } catch (const std::system_error& error) {
        EXPECT_EQ(error.code(), std::errc::invalid_argument);
    }
}

TYPED_TEST(FutexTest, WakeOfNobodyByMisuseIsFoundInDebugBuilds) {
    using T = typename TypeParam::value_type;
    TypeParam word{a<T>};
    testing::FLAGS_gtest_death_test_style = "threadsafe";
    EXPECT_DEBUG_DEATH(word.wake(1, 0), "mask 0");
}

TYPED_TEST(FutexTest, IsAWordForTheCallsOfC) {
    using T = typename TypeParam::value_type;
    TypeParam word{a<T>};
    constexpr std::uint64_t all = TypeParam::any;
    watched_thread waiter("wait", [&] { EXPECT_EQ(word.wait_once(a<T>), std::errc{}); });
    ASSERT_TRUE(
        eventually([&] { return futex2_wake(word.address(), all, 1, TypeParam::flags) == 1; }));
}

// The usual three states: free, taken, taken and perhaps waited for.
template <class F>
struct three_state_lock {
    using T = typename F::value_type;
    F word{T{0}};

    void lock() {
        T seen{0};
        if (word.compare_exchange_strong(seen, T{1}, std::memory_order::acquire)) {
            return;
        }
        while (word.exchange(T{2}, std::memory_order::acquire) != T{0}) {
            word.wait(T{2}, std::memory_order::relaxed);
        }
    }
    void unlock() {
        if (word.exchange(T{0}, std::memory_order::release) == T{2}) {
            word.notify_one();
        }
    }
};

template <class F>
class LockTest : public testing::Test {};
using LockWords = testing::Types<plain<std::uint8_t>, numa<std::uint8_t>, plain<std::uint16_t>,
                                 numa<std::uint16_t>, plain<std::uint32_t>, numa<std::uint32_t>,
                                 plain<std::uint64_t>, numa<std::uint64_t>>;
TYPED_TEST_SUITE(LockTest, LockWords);

TYPED_TEST(LockTest, ALockBuiltOnTheWordExcludes) {
    constexpr int threads = 4, rounds = 2000;
    three_state_lock<TypeParam> lock;
    int count = 0;
    {
        std::list<watched_thread> all;
        for (int i = 0; i < threads; ++i) {
            all.emplace_back("locker", [&] {
                for (int round = 0; round < rounds; ++round) {
                    lock.lock();
                    const int seen = count;
                    if (round % 64 == 0) {
                        std::this_thread::yield();  // lets the others find it taken
                    }
                    count = seen + 1;
                    lock.unlock();
                }
            });
        }
    }
    EXPECT_EQ(count, threads * rounds);
}

TEST(FutexArithmeticTest, CountsAndMasks) {
    futex<std::uint8_t> byte{250};
    EXPECT_EQ(byte.fetch_add(10), 250);
    EXPECT_EQ(byte.fetch_sub(5), 4);
    EXPECT_EQ(byte.fetch_and(0x0f), 255);
    EXPECT_EQ(byte.fetch_or(0x30), 0x0f);
    EXPECT_EQ(byte.fetch_xor(0xff, std::memory_order::acq_rel), 0x3f);
    EXPECT_EQ(byte.load(), 0xc0);

    numa_futex<std::int64_t> wide{0};
    EXPECT_EQ(wide.fetch_sub(1), 0);
    EXPECT_EQ(wide.load(), -1);
    EXPECT_EQ(wide.hint(), -1);

    int array[4] = {};
    futex<int*> pointer{array};
    EXPECT_EQ(pointer.fetch_add(3), array);
    EXPECT_EQ(pointer.fetch_sub(1), array + 3);
    EXPECT_EQ(pointer.load(), array + 2);
}

template <class F>
constexpr bool can_add = requires(F& word) {
    word.fetch_add(1);
};
template <class F>
constexpr bool can_or = requires(F& word) {
    word.fetch_or({});
};
static_assert(can_add<futex<int>> && can_add<futex<int*>> && can_or<futex<int>>);
static_assert(!can_add<futex<bool>> && !can_add<futex<color>> && !can_add<futex<float>>);
static_assert(!can_add<futex<void*>> && !can_add<futex<void (*)()>> && !can_or<futex<int*>>);

template <class T>
class HintTest : public testing::Test {};
using HintValues = testing::Types<std::uint8_t, std::uint16_t, std::uint32_t, std::uint64_t>;
TYPED_TEST_SUITE(HintTest, HintValues);

TYPED_TEST(HintTest, IsTheNodeOfTheWaitersWhileThereAreAny) {
    numa_futex<TypeParam> word{0};
    EXPECT_EQ(word.hint(), -1);
    watched_thread waiter("wait", [&] { word.wait(0); });
    ASSERT_TRUE(eventually([&] { return word.hint() != -1; }));
    EXPECT_GE(word.hint(), 0);
    EXPECT_LT(word.hint(), futex2_node_count());
    EXPECT_EQ(word.store_and_wake(1), 1);
    waiter.join();
    EXPECT_EQ(word.hint(), -1);
}

TYPED_TEST(HintTest, OfTheProgramStays) {
    numa_futex<TypeParam> word{0, 0};
    EXPECT_FALSE(word.wait_for(0, std::chrono::milliseconds(1)));
    EXPECT_EQ(word.hint(), 0);
    word.set_hint(-1);
    EXPECT_FALSE(word.wait_for(0, std::chrono::milliseconds(1)));
    EXPECT_EQ(word.hint(), -1);
}

TYPED_TEST(HintTest, ThatNamesNoNodeIsAnError) {
    numa_futex<TypeParam> word{0, -2};
    EXPECT_EQ(word.wait_once(0), std::errc::invalid_argument);
    EXPECT_THROW(word.wait(0), std::system_error);
    EXPECT_THROW(word.wait_for(0, std::chrono::milliseconds(1)), std::system_error);
    EXPECT_THROW(word.store_and_wake(1), std::system_error);
    EXPECT_EQ(word.load(), 0);  // nothing was stored
    EXPECT_EQ(word.hint(), -2);
}

}  // namespace
}  // namespace futex2::test
