// SPDX-License-Identifier: MIT
// Where waiters see that this library is not the kernel: each test says what both
// do, and docs/semantics.md why.
#include <sched.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <climits>

#include "abi/futex_test.hpp"
#include "kernel/calls.hpp"

namespace futex2::abi_test {
namespace {

class differences : public futex_test {
  protected:
    guarded_word word = make_word();
    guarded_word other = make_word();
};
FUTEX2_ON_EVERY_ENGINE(differences);

// The kernel reads the value again when it restarts a wait; of a word with a sequence, that.
TEST_P(differences, a_restarted_wait_reads_the_value_again) {
    handle(SIGUSR1, SA_RESTART);
    const bool unseen = in_user_space() || has_sequence(kind());
    const auto waiter = asleep_on(word);
    word.set_value(initial_value ^ 1);
    waiter->interrupt(SIGUSR1);
    EXPECT_EQ(wake(word, 1), unseen ? 1 : 0);
    EXPECT_EQ(waiter->result(), unseen ? 0 : -EAGAIN);
}

// The kernel queues a restarted wait again, behind the others.
TEST_P(differences, a_restarted_wait_keeps_its_place) {
    handle(SIGUSR1, SA_RESTART);
    const auto restarted = asleep_on(word);
    const auto second = asleep_on(word);
    restarted->interrupt(SIGUSR1);
    EXPECT_EQ(wake(word, 1), 1);
    EXPECT_EQ((in_user_space() ? restarted : second)->result(), 0);
    EXPECT_EQ(wake(word, 1), 1);
    EXPECT_EQ((in_user_space() ? second : restarted)->result(), 0);
}

// Of a waitv with one word twice, the kernel counts both.
TEST_P(differences, one_wait_is_counted_once) {
    FUTEX2_NEEDS_WAITV();
    const auto waiter = asleep_on_many({&word, &word, &other});
    EXPECT_EQ(wake(word, INT_MAX), in_user_space() ? 1 : 2);
    const int index = waiter->result();
    EXPECT_GE(index, 0);
    EXPECT_LE(index, 1);
}

// Woken on its first word, and not yet running: the kernel may count it again.
TEST_P(differences, the_first_wake_claims_the_wait) {
    FUTEX2_NEEDS_WAITV();
    for (int i = 0; i < 20; ++i) {
        const auto waiter = asleep_on_many({&word, &other});
        EXPECT_EQ(wake(word, 1), 1);
        const int again = wake(other, 1);
        if (in_user_space()) {
            EXPECT_EQ(again, 0);
            EXPECT_EQ(waiter->result(), 0);
        } else {
            EXPECT_EQ(waiter->result(), again);
        }
    }
}

// Where two words share a bucket of its table, the kernel leaves a waiter that it moves at
// its place in there. Which words do is chance.
TEST_P(differences, a_requeued_waiter_goes_to_the_end) {
    if (is_part(kind())) GTEST_SKIP() << "is woken";
    const int tries = in_user_space() ? 50 : 200;
    std::vector<guarded_word> words(static_cast<size_t>(tries), make_word());
    bool came_first = false;
    for (int i = 0; i < tries && !came_first; ++i) {
        guarded_word& from = words[static_cast<size_t>(i)];
        const auto moved = asleep_on(from);
        const auto younger = asleep_on(word);
        EXPECT_EQ(requeue(from, word, 0, 1), 1);
        EXPECT_EQ(wake(word, 1), 1);
        until([&] { return moved->returned() || younger->returned(); });
        came_first = moved->returned();
        EXPECT_EQ(wake(word, 1), 1);
        EXPECT_EQ(moved->result(), 0);
        EXPECT_EQ(younger->result(), 0);
    }
    if (in_user_space())
        EXPECT_FALSE(came_first);
    else if (!came_first)
        GTEST_SKIP() << "no two words shared a bucket of the kernel";
}

// The kernel wakes real-time threads first.
TEST_P(differences, real_time_threads_wait_their_turn) {
    std::atomic<int> refused = 0;
    const auto ordinary = asleep_on(word);
    const auto real_time = asleep(word, [&] {
        sched_param priority = {};
        priority.sched_priority = 1;
        if (sched_setscheduler(0, SCHED_FIFO, &priority) != 0) refused = errno;
        return wait(word);
    });
    EXPECT_EQ(wake(word, 1), 1);
    sleeper& first = in_user_space() || refused != 0 ? *ordinary : *real_time;
    sleeper& last = &first == ordinary.get() ? *real_time : *ordinary;
    EXPECT_EQ(first.result(), 0);
    EXPECT_FALSE(last.returned());
    EXPECT_EQ(wake(word, 1), 1);
    EXPECT_EQ(last.result(), 0);
    if (refused != 0) GTEST_SKIP() << "no real-time threads here: " << strerrorname_np(refused);
}

// futex(2) finds the kernel's waiters; this library's are its own.
class the_old_system_call : public futex_test {};
INSTANTIATE_TEST_SUITE_P(engines, the_old_system_call,
                         testing::Values(setting{library, u32}, setting{library, shared(u32)},
                                         setting{kernel, u32}, setting{kernel, shared(u32)}),
                         name_of_setting);

TEST_P(the_old_system_call, finds_the_kernels_waiters_only) {
    guarded_word word = make_word();
    const auto waiter = asleep_on(word);
    const auto* address = static_cast<const uint32_t*>(word.address());
    const int flags = kind().shared ? 0 : FUTEX_PRIVATE_FLAG;
    EXPECT_EQ(kernel::futex_wake(address, INT_MAX, flags), in_user_space() ? 0 : 1);
    EXPECT_EQ(wake(word, INT_MAX), in_user_space() ? 1 : 0);
    EXPECT_EQ(waiter->result(), 0);
}

// A word of another size or kind at the same address is another word. The kernel,
// with one size, may find a NUMA wait from a plain wake.
class keys : public futex_test {};
FUTEX2_ON_THE_LIBRARY(keys);

TEST_P(keys, hold_the_size_and_the_kind) {
    guarded_word word = make_word();
    const auto waiter = asleep_on(word);
    for (const word_kind as : all_kinds) {
        if (as == kind()) continue;
        const int woken = futex2_wake(word.address(), as.all(), INT_MAX, as.flags());
        // What lies where the other kind has its hint may be none.
        EXPECT_TRUE(woken == 0 || (as.numa && woken == -EINVAL)) << as.name() << ": " << woken;
    }
    EXPECT_EQ(wake(word, INT_MAX), 1);
}

// A child's words are its own, and what its parent's threads wait on there, nobody
// waits on.
class after_fork : public futex_test {
  protected:
    // Runs in the child; 0: all is as it should be.
    int look_at_own_word() {
        if (wake(word, INT_MAX) != 0) return 1;
        const int64_t hint = kind().numa ? word.hint() : 0;
        const timespec passed = {0, 0};
        if (wait(word, &passed) != -ETIMEDOUT) return 2;
        if (wake(word, INT_MAX) != 0) return 3;
        // The copied hint is the child's to clear: till then, as if the user set it.
        if (has_hint(kind()) && word.hint() != hint) return 4;
        return 0;
    }

    guarded_word word = make_word();
};
FUTEX2_ON_EVERY_ENGINE(after_fork);

TEST_P(after_fork, a_child_has_no_waiters_and_its_parent_keeps_them) {
    const auto waiter = asleep_on(word);
    const pid_t child = fork();
    if (child == 0) _exit(look_at_own_word());
    int status = -1;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFEXITED(status));
    EXPECT_EQ(WEXITSTATUS(status), 0);
    EXPECT_EQ(queued(word), 1);
    EXPECT_EQ(wake(word, INT_MAX), 1);
    EXPECT_EQ(waiter->result(), 0);
}

}  // namespace
}  // namespace futex2::abi_test
