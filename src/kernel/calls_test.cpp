// SPDX-License-Identifier: MIT
// Each wrapper against the kernel: the arguments arrive where they should.
#include "kernel/calls.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <climits>
#include <functional>
#include <thread>

namespace futex2::kernel {
namespace {

using clock = std::chrono::steady_clock;

constexpr timespec long_ago{1, 0};

// Repeats a call until it answers that; false after ten seconds.
bool comes_to(long answer, const std::function<long()>& call_once) {
    const clock::time_point limit = clock::now() + std::chrono::seconds(10);
    while (call_once() != answer) {
        if (clock::now() > limit) return false;
        std::this_thread::yield();
    }
    return true;
}

// A thread that sleeps in the kernel; what its call answered, once it has ended.
class sleeper {
  public:
    explicit sleeper(std::function<long()> sleep)
        : thread_([this, f = std::move(sleep)] { answer_ = f(); }) {}
    long answer() {
        if (thread_.joinable()) thread_.join();
        return answer_;
    }

  private:
    std::atomic<long> answer_{LONG_MIN};
    std::jthread thread_;  // last: it uses the others
};

timespec in_a_minute(clockid_t clock_id) {
    timespec now{};
    clock_gettime(clock_id, &now);
    now.tv_sec += 60;
    return now;
}

bool has_futex2() {
    const uint32_t word = 0;
    return wake(&word, any_waiter, 0, private_word) == 0;
}

TEST(kernel_calls, errors_come_as_the_result_and_errno_is_left_alone) {
    const uint32_t word = 1;
    errno = EXDEV;
    EXPECT_EQ(futex_wait_bitset(&word, 2, any_waiter, FUTEX_PRIVATE_FLAG, nullptr), -EAGAIN);
    EXPECT_EQ(futex_wait_bitset(&word, 1, 0, FUTEX_PRIVATE_FLAG, nullptr), -EINVAL);
    EXPECT_EQ(futex_wait_bitset(&word, 1, any_waiter, FUTEX_PRIVATE_FLAG, &long_ago), -ETIMEDOUT);
    EXPECT_EQ(futex_wait_bitset(&word, 1, any_waiter, FUTEX_PRIVATE_FLAG | FUTEX_CLOCK_REALTIME,
                                &long_ago),
              -ETIMEDOUT);
    const timespec no_time{0, 1};
    EXPECT_EQ(futex_wait_relative(&word, 1, FUTEX_PRIVATE_FLAG, &no_time), -ETIMEDOUT);
    EXPECT_EQ(futex_wait_relative(&word, 2, FUTEX_PRIVATE_FLAG, &no_time), -EAGAIN);
    EXPECT_EQ(futex_wake(&word, 1, FUTEX_PRIVATE_FLAG), 0);
    EXPECT_EQ(futex_wake_bitset(&word, 1, 0, FUTEX_PRIVATE_FLAG), -EINVAL);
    EXPECT_EQ(errno, EXDEV);
}

TEST(kernel_calls, wake_by_mask) {
    const uint32_t word = 7;
    const timespec deadline = in_a_minute(CLOCK_MONOTONIC);
    sleeper one([&] { return futex_wait_bitset(&word, 7, 0b10, FUTEX_PRIVATE_FLAG, &deadline); });
    EXPECT_EQ(futex_wake_bitset(&word, 1, 0b01, FUTEX_PRIVATE_FLAG), 0);
    EXPECT_TRUE(comes_to(1, [&] { return futex_wake_bitset(&word, 1, 0b10, FUTEX_PRIVATE_FLAG); }));
    EXPECT_EQ(one.answer(), 0);
}

TEST(kernel_calls, wake_counts) {
    const uint32_t word = 7;
    const timespec deadline = in_a_minute(CLOCK_REALTIME);
    constexpr int flags = FUTEX_PRIVATE_FLAG | FUTEX_CLOCK_REALTIME;
    sleeper one([&] { return futex_wait_bitset(&word, 7, any_waiter, flags, &deadline); });
    sleeper two([&] { return futex_wait_relative(&word, 7, FUTEX_PRIVATE_FLAG, &deadline); });
    EXPECT_TRUE(comes_to(1, [&] { return futex_wake(&word, 1, FUTEX_PRIVATE_FLAG); }));
    EXPECT_TRUE(comes_to(1, [&] { return futex_wake(&word, INT_MAX, FUTEX_PRIVATE_FLAG); }));
    EXPECT_EQ(one.answer(), 0);
    EXPECT_EQ(two.answer(), 0);
}

using one_call = std::function<long()>;

// Whether a waiter is woken where it has been moved to; it may take several of them: one that the
// kernel's scheduler wakes for no reason is back at its first word.
bool is_woken_where_moved(const one_call& sleep, const one_call& move, const one_call& wake_first,
                          const one_call& wake_second) {
    return comes_to(1, [&] {
        sleeper one(sleep);
        EXPECT_TRUE(comes_to(1, move));
        const long woken = wake_second();
        EXPECT_TRUE(woken == 1 || comes_to(1, wake_first));
        EXPECT_EQ(one.answer(), 0);
        return woken;
    });
}

TEST(kernel_calls, requeue_moves_and_compares) {
    const uint32_t from = 7;
    const uint32_t to = 9;
    const timespec deadline = in_a_minute(CLOCK_MONOTONIC);
    EXPECT_EQ(futex_cmp_requeue(&from, &to, 8, 0, 1, FUTEX_PRIVATE_FLAG), -EAGAIN);
    for (const bool compare : {true, false})
        EXPECT_TRUE(is_woken_where_moved(
            [&] { return futex_wait_bitset(&from, 7, any_waiter, FUTEX_PRIVATE_FLAG, &deadline); },
            [&] {
                return compare ? futex_cmp_requeue(&from, &to, 7, 0, 1, FUTEX_PRIVATE_FLAG)
                               : futex_requeue(&from, &to, 0, 1, FUTEX_PRIVATE_FLAG);
            },
            [&] { return futex_wake(&from, 1, FUTEX_PRIVATE_FLAG); },
            [&] { return futex_wake(&to, 1, FUTEX_PRIVATE_FLAG); }));
}

TEST(kernel_calls, a_pi_lock_is_taken_and_given) {
    alignas(4) uint32_t word = 0;
    EXPECT_EQ(futex_lock_pi(&word, FUTEX_PRIVATE_FLAG, nullptr), 0);
    EXPECT_NE(__atomic_load_n(&word, __ATOMIC_RELAXED), 0u);
    // Its holder cannot take it again, another thread not in time.
    EXPECT_EQ(futex_lock_pi(&word, FUTEX_PRIVATE_FLAG, nullptr), -EDEADLK);
    sleeper other([&] { return futex_lock_pi(&word, FUTEX_PRIVATE_FLAG, &long_ago); });
    EXPECT_EQ(other.answer(), -ETIMEDOUT);
    EXPECT_EQ(futex_unlock_pi(&word, FUTEX_PRIVATE_FLAG), 0);
    EXPECT_EQ(__atomic_load_n(&word, __ATOMIC_RELAXED), 0u);
    EXPECT_EQ(futex_unlock_pi(&word, FUTEX_PRIVATE_FLAG), -EPERM);
}

TEST(kernel_calls, waitv_names_the_word) {
    uint32_t words[2] = {3, 4};
    futex_waitv list[2]{};
    for (int i = 0; i < 2; ++i) {
        list[i].val = words[i];
        list[i].uaddr = reinterpret_cast<uintptr_t>(&words[i]);
        list[i].flags = private_word;
    }
    const long answer = waitv(list, 2, 0, &long_ago, CLOCK_MONOTONIC);
    if (answer == -ENOSYS || answer == -EPERM) GTEST_SKIP() << "no futex_waitv here";
    EXPECT_EQ(answer, -ETIMEDOUT);
    EXPECT_EQ(waitv(list, 2, 1, &long_ago, CLOCK_MONOTONIC), -EINVAL);
    const timespec deadline = in_a_minute(CLOCK_MONOTONIC);
    sleeper one([&] { return waitv(list, 2, 0, &deadline, CLOCK_MONOTONIC); });
    EXPECT_TRUE(comes_to(1, [&] { return futex_wake(&words[1], 1, FUTEX_PRIVATE_FLAG); }));
    EXPECT_EQ(one.answer(), 1);
}

TEST(kernel_calls, futex2_wait_and_wake) {
    if (!has_futex2()) GTEST_SKIP() << "no futex2 system calls here";
    const uint32_t word = 7;
    EXPECT_EQ(wait(&word, 8, any_waiter, private_word, nullptr, CLOCK_MONOTONIC), -EAGAIN);
    EXPECT_EQ(wait(&word, 7, 0, private_word, nullptr, CLOCK_MONOTONIC), -EINVAL);
    EXPECT_EQ(wait(&word, 7, any_waiter, private_word, &long_ago, CLOCK_REALTIME), -ETIMEDOUT);
    EXPECT_EQ(wait(&word, 7, any_waiter, private_word, &long_ago, 77), -EINVAL);
    EXPECT_EQ(wake(&word, 0, 1, private_word), -EINVAL);
    const timespec deadline = in_a_minute(CLOCK_MONOTONIC);
    sleeper one([&] { return wait(&word, 7, 0b10, private_word, &deadline, CLOCK_MONOTONIC); });
    EXPECT_EQ(wake(&word, 0b01, 1, private_word), 0);
    EXPECT_TRUE(comes_to(1, [&] { return wake(&word, 0b11, 1, private_word); }));
    EXPECT_EQ(one.answer(), 0);
}

TEST(kernel_calls, futex2_requeue) {
    if (!has_futex2()) GTEST_SKIP() << "no futex2 system calls here";
    const uint32_t words[2] = {7, 9};
    futex_waitv from_to[2]{};
    for (int i = 0; i < 2; ++i) {
        from_to[i].val = words[i];
        from_to[i].uaddr = reinterpret_cast<uintptr_t>(&words[i]);
        from_to[i].flags = private_word;
    }
    EXPECT_EQ(requeue(from_to, 0, -1, 0), -EINVAL);
    EXPECT_EQ(requeue(from_to, 0, 0, -1), -EINVAL);
    const timespec deadline = in_a_minute(CLOCK_MONOTONIC);
    EXPECT_TRUE(is_woken_where_moved(
        [&] { return wait(&words[0], 7, any_waiter, private_word, &deadline, CLOCK_MONOTONIC); },
        [&] { return requeue(from_to, 0, 0, 1); },
        [&] { return wake(&words[0], any_waiter, 1, private_word); },
        [&] { return wake(&words[1], any_waiter, 1, private_word); }));
}

}  // namespace
}  // namespace futex2::kernel
