// SPDX-License-Identifier: MIT
// The probe, on this kernel as it is, and on one from which calls were taken away
// (a seccomp filter in a child process).
#include "kernel/probe.hpp"

#include <gtest/gtest.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/auxv.h>
#include <sys/prctl.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <functional>

#include "kernel/calls.hpp"

namespace futex2::kernel {
namespace {

bool exists(long answer) {
    return answer != -ENOSYS && answer != -EPERM;
}

// Each answer against one call that was not made by the probe.
TEST(kernel_probe, agrees_with_the_kernel) {
    const offer found = probe();
    EXPECT_EQ(found.futex_waitv.offered, exists(waitv(nullptr, 0, 0, nullptr, CLOCK_MONOTONIC)));
    uint32_t word = 0;
    EXPECT_EQ(found.futex_wake.offered, exists(wake(&word, 0, 0, private_word)));
    EXPECT_EQ(found.futex_wait.offered, exists(wait(&word, 0, 0, private_word, nullptr, 0)));
    EXPECT_EQ(found.futex_requeue.offered, exists(requeue(nullptr, 0, 0, 0)));
    EXPECT_EQ(found.futex2(),
              found.futex_wait.offered && found.futex_wake.offered && found.futex_requeue.offered);
    // A NUMA word without a node has one after the kernel has looked at it.
    futex32_numa numa{0, FUTEX_NO_NODE};
    EXPECT_EQ(found.numa.offered, wake(&numa, 1, 0, private_word | FUTEX2_NUMA) == 0);
    EXPECT_EQ(found.numa.offered, numa.hint >= 0);
    EXPECT_EQ(found.mpol.offered, wake(&word, 1, 0, private_word | FUTEX2_MPOL) == 0);
    EXPECT_EQ(found.private_hash.offered, found.private_slots > 0);
    EXPECT_EQ(found.rseq_feature_size, getauxval(27));
    utsname system{};
    ASSERT_EQ(uname(&system), 0);
    EXPECT_EQ(found.release, system.release);
}

TEST(kernel_probe, what_is_offered_has_no_error) {
    const offer found = probe();
    for (const feature& f : {found.futex_waitv, found.futex_wake, found.futex_wait,
                             found.futex_requeue, found.numa, found.mpol, found.private_hash}) {
        if (f.offered) {
            EXPECT_EQ(f.error, 0);
        }
    }
}

// Makes a system call answer an errno, from now on, in this process.
bool take_away(unsigned number, unsigned error) {
    sock_filter program[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    sock_fprog filter{4, program};
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0;
}

enum class outcome { right = 0, wrong = 1, no_filters = 2, ended_otherwise = 3 };

// What the judge says of a kernel without the calls of that number.
outcome without(std::initializer_list<unsigned> numbers, unsigned error,
                const std::function<bool(const offer&)>& judge) {
    const pid_t child = fork();
    if (child == 0) {
        for (const unsigned number : numbers) {
            if (!take_away(number, error)) _exit(static_cast<int>(outcome::no_filters));
        }
        _exit(static_cast<int>(judge(probe()) ? outcome::right : outcome::wrong));
    }
    int status = 0;
    if (child < 0 || waitpid(child, &status, 0) != child || !WIFEXITED(status))
        return outcome::ended_otherwise;
    return static_cast<outcome>(WEXITSTATUS(status));
}

class kernel_probe_filtered : public testing::Test {
  protected:
    static void check(std::initializer_list<unsigned> numbers, unsigned error,
                      const std::function<bool(const offer&)>& judge) {
        const outcome result = without(numbers, error, judge);
        if (result == outcome::no_filters) GTEST_SKIP() << "seccomp filters cannot be set here";
        EXPECT_EQ(result, outcome::right);
    }
    static bool missing(const feature& f, int error) { return !f.offered && f.error == -error; }
};

TEST_F(kernel_probe_filtered, without_futex_waitv) {
    check({nr_futex_waitv}, ENOSYS, [](const offer& o) { return missing(o.futex_waitv, ENOSYS); });
}

TEST_F(kernel_probe_filtered, where_the_futex2_calls_are_forbidden) {
    check({nr_futex_wake, nr_futex_wait, nr_futex_requeue}, EPERM, [](const offer& o) {
        return !o.futex2() && missing(o.futex_wake, EPERM) && missing(o.futex_wait, EPERM) &&
               missing(o.futex_requeue, EPERM) && missing(o.numa, EPERM) && missing(o.mpol, EPERM);
    });
}

TEST_F(kernel_probe_filtered, one_call_of_three_is_not_futex2) {
    check({nr_futex_requeue}, ENOSYS, [](const offer& o) {
        return !o.futex2() && missing(o.futex_requeue, ENOSYS) && o.futex_wake.error != -EPERM;
    });
}

// As before Linux 6.16: the calls exist, and the flags are unknown to them.
TEST_F(kernel_probe_filtered, unknown_flags) {
    check({nr_futex_wake}, EINVAL,
          [](const offer& o) { return missing(o.numa, EINVAL) && missing(o.mpol, EINVAL); });
}

TEST_F(kernel_probe_filtered, without_the_private_hash) {
    check({SYS_prctl}, EINVAL,
          [](const offer& o) { return missing(o.private_hash, EINVAL) && o.private_slots == 0; });
}

}  // namespace
}  // namespace futex2::kernel
