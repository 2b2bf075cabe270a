// SPDX-License-Identifier: MIT
// Words that processes share, by each set of the kernel's calls that may be used; with a
// filter that lets no others pass.
#include "kernel/shared_word.hpp"

#include <gtest/gtest.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstddef>
#include <functional>
#include <thread>
#include <vector>

#include "kernel/calls.hpp"
#include "kernel/features.hpp"

namespace futex2::kernel {
namespace {

constexpr timespec passed = {0, 0};
constexpr deadline at_once = {&passed, CLOCK_MONOTONIC};
constexpr deadline at_once_realtime = {&passed, CLOCK_REALTIME};

bool offered(features calls) {
    uint32_t word = 0;
    const bool waitv = kernel::waitv(nullptr, 0, 0, nullptr, 0) != -ENOSYS;
    const bool futex2 = kernel::wake(&word, any_waiter, 0, FUTEX2_SIZE_U32) == 0;
    return (waitv || (calls & waitv_call) == 0) && (futex2 || (calls & futex2_calls) == 0);
}

// What the filter does with the calls that are not in the set.
bool forbid_all_but(features calls, uint32_t what) {
    std::vector<long> numbers;
    if ((calls & waitv_call) == 0) numbers.push_back(nr_futex_waitv);
    if ((calls & futex2_calls) == 0)
        numbers.insert(numbers.end(), {nr_futex_wake, nr_futex_wait, nr_futex_requeue});
    std::vector<sock_filter> program = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr))};
    for (const long number : numbers) {
        program.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<unsigned>(number), 0, 1));
        program.push_back(BPF_STMT(BPF_RET | BPF_K, what));
    }
    program.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
    sock_fprog filter{static_cast<unsigned short>(program.size()), program.data()};
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0;
}

constexpr int no_filters = 77;

// In a child with such a filter; 0 if all in it was right.
int in_child(features calls, uint32_t what, const std::function<void()>& body) {
    const pid_t id = fork();
    if (id == 0) {
        if (!forbid_all_but(calls, what)) _exit(no_filters);
        body();
        _exit(testing::Test::HasFailure() ? 1 : 0);
    }
    int status = 0;
    if (id < 0 || waitpid(id, &status, 0) != id || !WIFEXITED(status)) return -1;
    return WEXITSTATUS(status);
}

// Calls until the answer comes.
template <class Call>
void until_it_answers(int answer, Call call) {
    while (call() != answer) std::this_thread::yield();
}

void check_errors() {
    uint32_t word = 7;
    const auto* nowhere = reinterpret_cast<const uint32_t*>(16);
    EXPECT_EQ(wait_word(&word, 8, any_mask, at_once), -EAGAIN);
    EXPECT_EQ(wait_word(&word, 7, any_mask, at_once), -ETIMEDOUT);
    EXPECT_EQ(wait_word(&word, 7, 1, at_once_realtime), -ETIMEDOUT);
    EXPECT_EQ(wait_word(nowhere, 7, any_mask, at_once), -EFAULT);
    for (const int count : {INT_MIN, 0, 1, INT_MAX}) {
        EXPECT_EQ(wake_word(&word, any_mask, count), 0);
        EXPECT_EQ(wake_word(nowhere, any_mask, count), -EFAULT) << count;
    }
    uint32_t other = 0;
    EXPECT_EQ(requeue_word(&word, 8, &other, 1, 1), -EAGAIN);
    EXPECT_EQ(requeue_word(&word, 7, &other, INT_MAX, INT_MAX), 0);
    EXPECT_EQ(requeue_word(&word, 7, nowhere, 1, 1), -EFAULT);
}

void check_wakes() {
    uint32_t word = 7;
    uint32_t other = 0;
    int results[3];
    std::vector<std::thread> threads;
    for (int i = 0; i < 3; ++i) {
        threads.emplace_back(
            [&, i] { results[i] = wait_word(&word, 7, i == 2 ? any_mask : 1u << i, {}); });
        until_it_answers(i + 1, [&] { return requeue_word(&word, 7, &word, 0, INT_MAX); });
    }
    EXPECT_EQ(wake_word(&word, any_mask, 0), 0);
    EXPECT_EQ(wake_word(&word, 4, 0), 0);
    EXPECT_EQ(wake_word(&word, 2, INT_MAX), 2);  // the second, and who waits for any
    threads[1].join();
    threads[2].join();
    EXPECT_EQ(requeue_word(&word, 7, &other, 0, 1), 1);
    EXPECT_EQ(wake_word(&word, any_mask, 1), 0);
    EXPECT_EQ(wake_word(&other, any_mask, -1), 1);
    threads[0].join();
    for (const int result : results) EXPECT_EQ(result, 0);
}

void check_many(features calls) {
    uint32_t words[2] = {7, 9};
    futex_waitv entries[2];
    for (int i = 0; i < 2; ++i)
        entries[i] = {words[i], reinterpret_cast<uintptr_t>(&words[i]), shared_flags, 0};
    if ((calls & waitv_call) == 0) {
        EXPECT_EQ(wait_words(entries, 2, {}), -ENOSYS);
        return;
    }
    EXPECT_EQ(wait_words(entries, 2, at_once), -ETIMEDOUT);
    int result = 0;
    std::thread waiter([&] { result = wait_words(entries, 2, {}); });
    until_it_answers(1, [&] { return wake_word(&words[1], any_mask, 1); });
    waiter.join();
    EXPECT_EQ(result, 1);
    ++words[0];
    EXPECT_EQ(wait_words(entries, 2, {}), -EAGAIN);
}

void check_all(features calls) {
    check_errors();
    check_wakes();
    check_many(calls);
}

class shared_word : public testing::TestWithParam<features> {};
INSTANTIATE_TEST_SUITE_P(calls, shared_word, testing::Values(0, 1, 2, 3));

TEST_P(shared_word, needs_no_calls_but_those_that_are_allowed) {
    if (!offered(GetParam())) GTEST_SKIP() << "this kernel has less";
    const int result = in_child(GetParam(), SECCOMP_RET_KILL_PROCESS, [] {
        allow(GetParam());
        check_all(GetParam());
    });
    if (result == no_filters) GTEST_SKIP() << "seccomp filters cannot be set here";
    EXPECT_EQ(result, 0);
}

TEST_P(shared_word, finds_out_what_the_kernel_has) {
    if (!offered(GetParam())) GTEST_SKIP() << "this kernel has less";
    for (const unsigned error : {0u + ENOSYS, 0u + EPERM, 0u + EINVAL}) {
        const int result = in_child(GetParam(), SECCOMP_RET_ERRNO | error, [] {
            allow(waitv_call | futex2_calls);
            EXPECT_EQ(may_use(waitv_call), (GetParam() & waitv_call) != 0);
            EXPECT_EQ(may_use(futex2_calls), (GetParam() & futex2_calls) != 0);
            check_all(GetParam());
        });
        if (result == no_filters) GTEST_SKIP() << "seccomp filters cannot be set here";
        EXPECT_EQ(result, 0) << error;
    }
}

TEST_P(shared_word, finds_out_what_a_filter_takes_away_later) {
    if (!offered(waitv_call | futex2_calls)) GTEST_SKIP() << "this kernel has less";
    may_use(waitv_call);
    for (const unsigned error : {0u + ENOSYS, 0u + EPERM}) {
        const int result =
            in_child(GetParam(), SECCOMP_RET_ERRNO | error, [] { check_all(GetParam()); });
        if (result == no_filters) GTEST_SKIP() << "seccomp filters cannot be set here";
        EXPECT_EQ(result, 0) << error;
    }
}

TEST(shared_word_deadline, has_passed) {
    EXPECT_FALSE(has_passed({}));
    EXPECT_TRUE(has_passed(at_once));
    timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    EXPECT_TRUE(has_passed({&now, CLOCK_REALTIME}));
    EXPECT_FALSE(has_passed({&now, CLOCK_MONOTONIC}));
    now.tv_sec += 3600;
    EXPECT_FALSE(has_passed({&now, CLOCK_REALTIME}));
}

}  // namespace
}  // namespace futex2::kernel
