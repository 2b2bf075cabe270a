// SPDX-License-Identifier: MIT
// Deadlines, on either clock.
#pragma once

#include <time.h>

#include <chrono>

namespace futex2::abi_test {

inline timespec now(clockid_t clock) {
    timespec time = {};
    clock_gettime(clock, &time);
    return time;
}

/** So long from now; before now, where that is negative. */
inline timespec from_now(std::chrono::nanoseconds wait, clockid_t clock = CLOCK_MONOTONIC) {
    const timespec time = now(clock);
    const auto sum =
        std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec) + wait;
    const auto seconds = std::chrono::floor<std::chrono::seconds>(sum);
    return {seconds.count(), (sum - seconds).count()};
}

inline bool has_come(const timespec& deadline, clockid_t clock) {
    const timespec time = now(clock);
    return time.tv_sec != deadline.tv_sec ? time.tv_sec > deadline.tv_sec
                                          : time.tv_nsec >= deadline.tv_nsec;
}

}  // namespace futex2::abi_test
