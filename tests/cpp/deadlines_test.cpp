// SPDX-License-Identifier: MIT
// Times of every kind of clock and duration, up to their limits.
#include <futex2/futex.hpp>

#include <gtest/gtest.h>

#include <array>
#include <cpp/watched_thread.hpp>
#include <limits>

namespace futex2::test {
namespace {

using namespace std::chrono_literals;
using std::chrono::duration, std::chrono::hours, std::chrono::milliseconds;
using std::chrono::nanoseconds, std::chrono::seconds, std::chrono::steady_clock;
using std::chrono::system_clock, std::chrono::time_point;

template <class T>
constexpr T most = std::numeric_limits<T>::max();
template <class T>
constexpr T least = std::numeric_limits<T>::lowest();

// The last time of a kernel's clock, in the year 2262.
constexpr std::int64_t last_second = 9'223'372'036;
constexpr long last_nanosecond = 854'775'807;

testing::AssertionResult is(const timespec& time, std::int64_t second, long nanosecond) {
    if (time.tv_sec == second && time.tv_nsec == nanosecond) {
        return testing::AssertionSuccess();
    }
    return testing::AssertionFailure() << time.tv_sec << " s " << time.tv_nsec << " ns";
}

template <class Clock, class Rep, class Period>
timespec at(duration<Rep, Period> since_epoch) {
    return to_deadline(time_point<Clock, duration<Rep, Period>>(since_epoch)).time;
}

TEST(DeadlineTest, OfTheKernelsClocksIsOnThem) {
    const deadline steady = to_deadline(steady_clock::time_point(1'500'000'007ns));
    EXPECT_EQ(steady.clock, CLOCK_MONOTONIC);
    EXPECT_TRUE(is(steady.time, 1, 500'000'007));
    const deadline system = to_deadline(system_clock::time_point(90s));
    EXPECT_EQ(system.clock, CLOCK_REALTIME);
    EXPECT_TRUE(is(system.time, 90, 0));
    const deadline same = to_deadline(system);
    EXPECT_EQ(same.clock, CLOCK_REALTIME);
    EXPECT_TRUE(is(same.time, 90, 0));
}

TEST(DeadlineTest, IsNeverBeforeTheTimeThatWasAsked) {
    using thirds = duration<std::int64_t, std::ratio<1, 3>>;
    using picoseconds = duration<std::int64_t, std::pico>;
    using frames = duration<int, std::ratio<1001, 30000>>;
    EXPECT_TRUE(is(at<steady_clock>(thirds(4)), 1, 333'333'334));
    EXPECT_TRUE(is(at<steady_clock>(thirds(3)), 1, 0));
    EXPECT_TRUE(is(at<steady_clock>(picoseconds(1)), 0, 1));
    EXPECT_TRUE(is(at<steady_clock>(picoseconds(1'999'999'999'999)), 2, 0));
    EXPECT_TRUE(is(at<steady_clock>(frames(1)), 0, 33'366'667));
    EXPECT_TRUE(is(at<steady_clock>(duration<double>(0.5)), 0, 500'000'000));
    EXPECT_TRUE(is(at<steady_clock>(duration<float>(1.25F)), 1, 250'000'000));
    EXPECT_TRUE(is(at<steady_clock>(duration<double, std::nano>(1.5)), 0, 2));
    EXPECT_TRUE(is(at<steady_clock>(duration<double, std::ratio<3600>>(1)), 3600, 0));
}

TEST(DeadlineTest, BeforeTheEpochIsTheEpoch) {
    EXPECT_TRUE(is(at<system_clock>(seconds(-1)), 0, 0));
    EXPECT_TRUE(is(at<system_clock>(nanoseconds(-1)), 0, 0));
    EXPECT_TRUE(is(at<steady_clock>(nanoseconds(least<std::int64_t>)), 0, 0));
    EXPECT_TRUE(is(at<steady_clock>(duration<std::int64_t, std::exa>(least<std::int64_t>)), 0, 0));
    EXPECT_TRUE(is(at<steady_clock>(duration<double>(least<double>)), 0, 0));
    EXPECT_TRUE(is(at<steady_clock>(duration<double>(-0.1)), 0, 0));
    const double no_number = std::numeric_limits<double>::quiet_NaN();
    EXPECT_TRUE(is(at<steady_clock>(duration<double>(no_number)), 0, 0));
}

TEST(DeadlineTest, BeyondTheKernelsClocksIsTheirLastTime) {
    const auto is_last = [](const timespec& time) {
        return is(time, last_second, last_nanosecond);
    };
    EXPECT_TRUE(is_last(to_deadline(steady_clock::time_point::max()).time));
    EXPECT_TRUE(is_last(to_deadline(system_clock::time_point::max()).time));
    EXPECT_TRUE(is_last(at<steady_clock>(hours(most<hours::rep>))));
    EXPECT_TRUE(is_last(at<steady_clock>(duration<std::uint64_t>(most<std::uint64_t>))));
    EXPECT_TRUE(is_last(at<steady_clock>(duration<std::uint64_t, std::exa>(most<std::uint64_t>))));
    EXPECT_TRUE(is_last(at<steady_clock>(duration<double>(most<double>))));
    EXPECT_TRUE(is_last(at<steady_clock>(duration<long double, std::exa>(most<long double>))));
    const float infinity = std::numeric_limits<float>::infinity();
    EXPECT_TRUE(is_last(at<steady_clock>(duration<float>(infinity))));
    EXPECT_TRUE(is_last(at<steady_clock>(seconds(last_second + 1))));
    EXPECT_TRUE(is(at<steady_clock>(seconds(last_second)), last_second, 0));
    EXPECT_TRUE(is_last(to_deadline(hours(most<hours::rep>)).time));
    EXPECT_TRUE(is_last(to_deadline(duration<double>(infinity)).time));
}

TEST(DeadlineTest, FromNowIsOnTheMonotonicClock) {
    for (const auto length : {0s, 1s, 3600s}) {
        const auto before = steady_clock::now();
        const deadline until = to_deadline(length);
        const auto after = steady_clock::now();
        const auto time = seconds(until.time.tv_sec) + nanoseconds(until.time.tv_nsec);
        EXPECT_EQ(until.clock, CLOCK_MONOTONIC);
        EXPECT_GE(time, (before + length).time_since_epoch());
        EXPECT_LE(time, (after + length).time_since_epoch());
    }
    const deadline past = to_deadline(hours(least<hours::rep>));
    const auto now = steady_clock::now().time_since_epoch();
    EXPECT_LE(seconds(past.time.tv_sec) + nanoseconds(past.time.tv_nsec), now);
}

// A clock that stands still until a test moves it, and counts how often it was read.
struct moved_clock {
    using rep = std::int64_t;
    using period = std::milli;
    using duration = std::chrono::duration<rep, period>;
    using time_point = std::chrono::time_point<moved_clock>;
    [[maybe_unused]] static constexpr bool is_steady = false;

    static time_point now() {
        reads.fetch_add(1);
        return time_point(duration(milliseconds_now.load()));
    }
    static inline std::atomic<rep> milliseconds_now{0};
    static inline std::atomic<int> reads{0};
};

// A clock that runs at half the speed of steady_clock, with an epoch 100,000 years away.
struct lagging_clock {
    using rep = std::int64_t;
    using period = std::micro;
    using duration = std::chrono::duration<rep, period>;
    using time_point = std::chrono::time_point<lagging_clock>;
    [[maybe_unused]] static constexpr bool is_steady = true;

    static time_point now() {
        const auto elapsed = (steady_clock::now() - begin) / 2;
        return time_point(hours(876'000'000) + std::chrono::floor<duration>(elapsed));
    }
    static inline const steady_clock::time_point begin = steady_clock::now();
};

TEST(OtherClockTest, IsConvertedByWhatIsLeftOfIt) {
    moved_clock::milliseconds_now.store(-5'000);
    const auto now = steady_clock::now().time_since_epoch();
    const deadline until = to_deadline(moved_clock::time_point(5s));
    const auto time = seconds(until.time.tv_sec) + nanoseconds(until.time.tv_nsec);
    EXPECT_EQ(until.clock, CLOCK_MONOTONIC);
    EXPECT_GE(time, now + 10s);
    EXPECT_LT(time, now + 10s + patience);
}

TEST(OtherClockTest, SaturatesOverItsWholeRange) {
    moved_clock::milliseconds_now.store(least<std::int64_t>);
    EXPECT_TRUE(is(to_deadline(moved_clock::time_point::max()).time, last_second, last_nanosecond));
    moved_clock::milliseconds_now.store(most<std::int64_t>);
    const timespec past = to_deadline(moved_clock::time_point::min()).time;
    EXPECT_LE(seconds(past.tv_sec), steady_clock::now().time_since_epoch());
    moved_clock::milliseconds_now.store(0);
    const time_point<moved_clock, hours> far(hours(most<hours::rep>));
    EXPECT_TRUE(is(to_deadline(far).time, last_second, last_nanosecond));

    futex<int> word{0};
    moved_clock::milliseconds_now.store(most<std::int64_t>);
    EXPECT_FALSE(word.wait_until(0, moved_clock::time_point::min()));
    const time_point<moved_clock, hours> long_ago(hours(least<hours::rep>));
    EXPECT_FALSE(word.wait_until(0, long_ago));
}

TEST(OtherClockTest, TimesOutOnlyWhenItsOwnTimeHasCome) {
    const auto begin = steady_clock::now();
    const auto until = lagging_clock::now() + 15ms;
    numa_futex<std::uint16_t> word{0};
    EXPECT_FALSE(word.wait_until(0, until));
    EXPECT_GE(lagging_clock::now(), until);
    EXPECT_GE(steady_clock::now() - begin, 29ms);  // it counts 15 of them

    std::atomic<std::uint64_t> plain{7};
    const auto later = lagging_clock::now() + 10ms;
    EXPECT_FALSE(futex2::wait_until(plain, 7, later));
    EXPECT_GE(lagging_clock::now(), later);
    const auto last = lagging_clock::now() + 10ms;
    EXPECT_EQ(wait_any_until(last, futex2::word(plain, 7), futex2::word(word, 0)), std::nullopt);
    EXPECT_GE(lagging_clock::now(), last);
}

TEST(OtherClockTest, IsAskedAgainWhileItStandsStill) {
    moved_clock::milliseconds_now.store(0);
    moved_clock::reads.store(0);
    futex<std::uint8_t> word{0};
    watched_thread waiter("wait_until",
                          [&] { EXPECT_FALSE(word.wait_until(0, moved_clock::time_point(2ms))); });
    EXPECT_TRUE(eventually([] { return moved_clock::reads.load() >= 12; }));
    EXPECT_FALSE(waiter.done());
    moved_clock::milliseconds_now.store(2);
}

TEST(OtherClockTest, AChangeEndsTheWaitWhateverTheClockSays) {
    moved_clock::milliseconds_now.store(0);
    futex<std::uint64_t> word{0};
    const auto never = moved_clock::time_point::max();
    watched_thread waiter("wait_until", [&] { EXPECT_TRUE(word.wait_until(0, never)); });
    ASSERT_TRUE(eventually([&] { return word.wake(1) == 1; }));
    EXPECT_FALSE(waiter.done());
    word.store_and_wake(1);
}

TEST(LongWaitTest, NeverTimesOutByOverflow) {
    numa_futex<std::uint32_t> word{0};
    const auto expect_change = [&](auto wait) {
        return [&word, wait] { EXPECT_TRUE(wait(word)); };
    };
    std::array<watched_thread, 4> waiters{
        watched_thread(
            "hours", expect_change([](auto& w) { return w.wait_for(0, hours(most<hours::rep>)); })),
        watched_thread("double", expect_change([](auto& w) {
                           return w.wait_for(0, duration<double>(most<double>));
                       })),
        watched_thread("steady", expect_change([](auto& w) {
                           return w.wait_until(0, steady_clock::time_point::max());
                       })),
        watched_thread("system", expect_change([](auto& w) {
                           return w.wait_until(0, system_clock::time_point::max());
                       })),
    };
    int woken = 0;  // for nothing: each goes back to sleep, and is not done
    ASSERT_TRUE(eventually([&] { return woken += word.wake(4), woken >= 8; }));
    for (const auto& waiter : waiters) {
        EXPECT_FALSE(waiter.done());
    }
    word.store_and_wake(1);
}

}  // namespace
}  // namespace futex2::test
