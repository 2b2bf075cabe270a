// SPDX-License-Identifier: MIT
// What the tests of the types see of those who wait, and the clocks that these wait by.
#pragma once

#include <futex2/testing.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cpp/watched_thread.hpp>
#include <cstdint>
#include <ratio>

namespace futex2::test {

// Whether so many waits came to be queued on the word; size: FUTEX2_SIZE_U8 to _U64.
inline bool come_to_wait(void* word, unsigned size, int count) {
    return eventually(
        [=] { return futex2_testing_waits_on(word, size | FUTEX2_PRIVATE) == count; });
}
inline int waits_on(void* word, unsigned size) {
    return futex2_testing_waits_on(word, size | FUTEX2_PRIVATE);
}

// For longer than a waiter waits before what it waits for is handed to it. By the clock that
// the library reads, without a sleep: it is the time itself that counts.
inline void let_them_wait_long() {
    const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(2);
    while (std::chrono::steady_clock::now() < end) {
    }
}

// The calling thread acts as if it ran on that node; nodes are counted round and round.
class on_node {
  public:
    explicit on_node(int index) {
        futex2_testing_table table{};
        futex2_testing_table_of(index % futex2_node_count(), &table);
        futex2_testing_pin_node(table.node);
    }
    on_node(const on_node&) = delete;
    on_node& operator=(const on_node&) = delete;
    ~on_node() { futex2_testing_pin_node(-1); }
};

// What f() is in another thread.
template <class F>
auto elsewhere(F f) {
    decltype(f()) result{};
    watched_thread("elsewhere", [&] { result = f(); }).join();
    return result;
}

// A clock that the kernel does not know: the steady one at half its pace.
struct users_clock {
    using rep = std::int64_t;
    using period = std::nano;
    using duration = std::chrono::nanoseconds;
    using time_point = std::chrono::time_point<users_clock>;
    [[maybe_unused]] static constexpr bool is_steady = true;

    static time_point now() {
        return time_point(std::chrono::steady_clock::now().time_since_epoch() / 2);
    }
};

template <class Clock, class Try>
void expect_time_out_on(const Try& try_until) {
    EXPECT_FALSE(try_until(typename Clock::time_point{}));
    const auto time = Clock::now() + std::chrono::milliseconds(5);
    EXPECT_FALSE(try_until(time));
    EXPECT_GE(Clock::now(), time);
}

// try_until(time_point) is false, not before that time has come.
template <class Try>
void expect_time_out(const Try& try_until) {
    expect_time_out_on<std::chrono::steady_clock>(try_until);
    expect_time_out_on<std::chrono::system_clock>(try_until);
    expect_time_out_on<users_clock>(try_until);
}

// try_until(time_point) is true, even when that time is long past.
template <class Try>
void expect_success(const Try& try_until) {
    EXPECT_TRUE(try_until(std::chrono::steady_clock::time_point{}));
    EXPECT_TRUE(try_until(std::chrono::system_clock::time_point{}));
    EXPECT_TRUE(try_until(users_clock::time_point{}));
    EXPECT_TRUE(try_until(std::chrono::steady_clock::time_point::max()));
    EXPECT_TRUE(try_until(users_clock::now() + std::chrono::hours(1)));
}

}  // namespace futex2::test
