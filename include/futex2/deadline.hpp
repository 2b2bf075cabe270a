// SPDX-License-Identifier: MIT
/**
 * Points in time as the calls take them, from any std::chrono clock.
 *
 * steady_clock is CLOCK_MONOTONIC and system_clock is CLOCK_REALTIME: the kernel
 * itself compares with them, also when the system clock is set. Any other clock
 * is read through its now(): the rest of the time is measured on
 * CLOCK_MONOTONIC, and when that has passed the clock is asked again.
 *
 * Conversions round up (a wait never ends early) and saturate: a time before
 * the clock's epoch is the epoch, a time after the year 2262 is the last
 * nanosecond that the kernel's clocks can name, and not-a-number has passed.
 */
#ifndef FUTEX2_DEADLINE_HPP
#define FUTEX2_DEADLINE_HPP

#include <time.h>

#include <algorithm>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>

namespace futex2 {

/** An absolute time on a clock of the kernel: CLOCK_MONOTONIC or CLOCK_REALTIME. */
struct deadline {
    timespec time;
    clockid_t clock;
};

namespace detail {

// Wide enough for the difference of two times of any clock, so that nothing overflows.
__extension__ typedef __int128 wide_nanoseconds;
inline constexpr wide_nanoseconds nanoseconds_per_second = 1'000'000'000;

template <class Clock>
concept kernel_clock = std::same_as<Clock, std::chrono::steady_clock> ||
    std::same_as<Clock, std::chrono::system_clock>;

// The duration in nanoseconds, rounded up; exact within 2^90 seconds, saturated beyond.
template <class Rep, class Period>
constexpr wide_nanoseconds to_wide(const std::chrono::duration<Rep, Period>& length) {
    using wide = wide_nanoseconds;
    if constexpr (std::integral<Rep> && sizeof(Rep) <= sizeof(std::int64_t)) {
        constexpr wide limit = wide{1} << 90;
        const wide total = static_cast<wide>(length.count()) * Period::num;  // below 2^127
        const wide seconds = std::clamp<wide>(total / Period::den, -limit, limit);
        const wide rest = total % Period::den * nanoseconds_per_second;
        return seconds * nanoseconds_per_second + rest / Period::den + (rest % Period::den > 0);
    } else {
        constexpr long double limit = 1e36L;
        constexpr long double factor =
            1e9L * static_cast<long double>(Period::num) / static_cast<long double>(Period::den);
        const long double exact = static_cast<long double>(length.count()) * factor;
        // Not-a-number is not above the limit, and becomes a time long ago.
        const long double bounded = exact > -limit ? std::min(exact, limit) : -limit;
        const wide below = static_cast<wide>(bounded);
        return below + (static_cast<long double>(below) < bounded);
    }
}

constexpr timespec to_timespec(wide_nanoseconds since_epoch) {
    constexpr wide_nanoseconds last = std::numeric_limits<std::int64_t>::max();
    const wide_nanoseconds bounded = std::clamp<wide_nanoseconds>(since_epoch, 0, last);
    timespec result{};
    result.tv_sec = static_cast<time_t>(bounded / nanoseconds_per_second);
    result.tv_nsec = static_cast<long>(bounded % nanoseconds_per_second);
    return result;
}

inline deadline monotonic_after(wide_nanoseconds rest) {
    const auto now = to_wide(std::chrono::steady_clock::now().time_since_epoch());
    return {to_timespec(now + std::max<wide_nanoseconds>(rest, 0)), CLOCK_MONOTONIC};
}

}  // namespace detail

/** The time on the kernel's clock; of another clock, what is left of it from now. */
template <class Clock, class Duration>
deadline to_deadline(const std::chrono::time_point<Clock, Duration>& time) {
    static_assert(std::chrono::is_clock_v<Clock>);  // the standard asks for it
    const auto since_epoch = detail::to_wide(time.time_since_epoch());
    if constexpr (std::same_as<Clock, std::chrono::steady_clock>) {
        return {detail::to_timespec(since_epoch), CLOCK_MONOTONIC};
    } else if constexpr (std::same_as<Clock, std::chrono::system_clock>) {
        return {detail::to_timespec(since_epoch), CLOCK_REALTIME};
    } else {
        const auto now = detail::to_wide(Clock::now().time_since_epoch());
        return detail::monotonic_after(since_epoch - now);
    }
}

/** So long from now, on CLOCK_MONOTONIC. */
template <class Rep, class Period>
deadline to_deadline(const std::chrono::duration<Rep, Period>& from_now) {
    return detail::monotonic_after(detail::to_wide(from_now));
}

constexpr deadline to_deadline(const deadline& same) {
    return same;
}

namespace detail {

// Whether a timeout that the kernel reported for to_deadline(time) is one on time's own clock.
template <class Clock, class Duration>
bool timeout_holds(const std::chrono::time_point<Clock, Duration>& time) {
    if constexpr (kernel_clock<Clock>) {
        return true;
    } else {
        return to_wide(Clock::now().time_since_epoch()) >= to_wide(time.time_since_epoch());
    }
}

constexpr bool timeout_holds(const deadline&) {
    return true;
}

}  // namespace detail
}  // namespace futex2

#endif
