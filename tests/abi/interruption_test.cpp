// SPDX-License-Identifier: MIT
// Signals and deadlines that end a wait, or do not.
#include <signal.h>

#include <cerrno>
#include <climits>

#include "abi/deadline.hpp"
#include "abi/futex_test.hpp"

namespace futex2::abi_test {
namespace {

// On a kernel without futex_waitv (then it has no system call 455 either) the
// library sleeps by futex(2), which does not restart a timed wait
// (docs/semantics.md, restart). futex_waitv has no masks, which shared parts need.
bool timed_waits_restart(const engine& on, word_kind kind) {
    return &on == &abi_test::kernel() || library_uses("futex2") ||
           (library_uses("waitv") && is_whole(kind));
}

std::atomic<int> handled = 0;
void count_signal(int) {
    ++handled;
}

class signals : public futex_test {
  protected:
    void SetUp() override {
        futex_test::SetUp();
        handled = 0;
    }
    static void handle_with(int flags) {
        struct sigaction action = {};
        action.sa_handler = count_signal;
        action.sa_flags = flags;
        sigaction(SIGUSR1, &action, nullptr);
    }

    guarded_word word = make_word();
    guarded_word other = make_word();
};
FUTEX2_ON_EVERY_ENGINE(signals);

TEST_P(signals, end_a_wait) {
    handle_with(0);
    const auto waiter = asleep_on(word);
    waiter->send(SIGUSR1);
    EXPECT_EQ(waiter->result(), -EINTR);
    EXPECT_EQ(waiter->errno_after(), 0);
    EXPECT_EQ(handled, 1);
    EXPECT_EQ(wake(word, INT_MAX), 0);
}

TEST_P(signals, end_a_wait_on_many) {
    FUTEX2_NEEDS_WAITV();
    handle_with(0);
    const auto waiter = asleep_on_many({&word, &other});
    waiter->send(SIGUSR1);
    EXPECT_EQ(waiter->result(), -EINTR);
    EXPECT_EQ(handled, 1);
    EXPECT_EQ(wake(word, INT_MAX), 0);
    EXPECT_EQ(wake(other, INT_MAX), 0);
}

TEST_P(signals, end_one_wait_of_several) {
    handle_with(0);
    const auto first = asleep_on(word);
    const auto second = asleep_on(word);
    const auto third = asleep_on(word);
    second->send(SIGUSR1);
    EXPECT_EQ(second->result(), -EINTR);
    EXPECT_EQ(queued(word), 2);
    EXPECT_EQ(wake(word, 1), 1);
    EXPECT_EQ(first->result(), 0);
    EXPECT_EQ(wake(word, 1), 1);
    EXPECT_EQ(third->result(), 0);
}

TEST_P(signals, that_restart_do_not_end_a_wait) {
    handle_with(SA_RESTART);
    const auto waiter = asleep_on(word);
    for (int i = 0; i < 3; ++i) waiter->interrupt(SIGUSR1);
    EXPECT_FALSE(waiter->returned());
    EXPECT_EQ(wake(word, INT_MAX), 1);
    EXPECT_EQ(waiter->result(), 0);
    EXPECT_GE(handled, 1);
}

TEST_P(signals, that_restart_do_not_end_a_wait_on_many) {
    FUTEX2_NEEDS_WAITV();
    handle_with(SA_RESTART);
    const auto waiter = asleep_on_many({&word, &other});
    for (int i = 0; i < 3; ++i) waiter->interrupt(SIGUSR1);
    EXPECT_FALSE(waiter->returned());
    EXPECT_EQ(wake(other, INT_MAX), 1);
    EXPECT_EQ(waiter->result(), 1);
}

TEST_P(signals, that_restart_keep_the_deadline) {
    handle_with(SA_RESTART);
    const bool restarts = timed_waits_restart(on(), kind());
    const auto long_enough = std::chrono::milliseconds(restarts ? 100 : 60'000);
    const timespec deadline = from_now(long_enough, CLOCK_MONOTONIC);
    const auto waiter = asleep(word, [&] { return wait(word, &deadline); });
    waiter->interrupt(SIGUSR1);
    EXPECT_EQ(waiter->result(), restarts ? -ETIMEDOUT : -EINTR);
    EXPECT_TRUE(!restarts || has_come(deadline, CLOCK_MONOTONIC));
}

TEST_P(signals, of_a_cancellation_do_not_end_a_wait) {
    const auto waiter = asleep_on(word);
    waiter->cancel();
    EXPECT_FALSE(waiter->returned());
    EXPECT_EQ(wake(word, INT_MAX), 1);
    EXPECT_EQ(waiter->result(), 0);
}

class deadlines : public futex_test {
  protected:
    // The other clock would end the wait at once, or not within the watchdog's time.
    void expect_end_at(clockid_t clock) {
        const timespec for_one = from_now(std::chrono::milliseconds(20), clock);
        EXPECT_EQ(wait(word, &for_one, clock), -ETIMEDOUT);
        EXPECT_TRUE(has_come(for_one, clock));
        FUTEX2_NEEDS_WAITV();
        const timespec for_many = from_now(std::chrono::milliseconds(20), clock);
        EXPECT_EQ(waitv({&other, &word}, &for_many, clock), -ETIMEDOUT);
        EXPECT_TRUE(has_come(for_many, clock));
    }

    guarded_word word = make_word();
    guarded_word other = make_word();
};
FUTEX2_ON_EVERY_ENGINE(deadlines);

TEST_P(deadlines, are_absolute_on_the_monotonic_clock) {
    expect_end_at(CLOCK_MONOTONIC);
}

TEST_P(deadlines, are_absolute_on_the_realtime_clock) {
    expect_end_at(CLOCK_REALTIME);
}

TEST_P(deadlines, that_pass_leave_nobody_behind) {
    const timespec deadline = from_now(std::chrono::milliseconds(5), CLOCK_MONOTONIC);
    FUTEX2_NEEDS_WAITV();
    const auto stays = asleep_on(word);
    EXPECT_EQ(waitv({&other, &word}, &deadline), -ETIMEDOUT);
    EXPECT_EQ(wake(other, INT_MAX), 0);
    EXPECT_EQ(queued(word), 1);
    EXPECT_EQ(wake(word, INT_MAX), 1);
}

TEST_P(deadlines, that_are_far_let_a_wake_come) {
    const timespec farthest = {LONG_MAX, 999'999'999};
    for (const clockid_t clock : {CLOCK_MONOTONIC, CLOCK_REALTIME}) {
        const auto waiter = asleep(word, [&] { return wait(word, &farthest, clock); });
        EXPECT_EQ(wake(word, 1), 1);
        EXPECT_EQ(waiter->result(), 0);
        if (!has_waitv()) continue;
        const auto many = asleep(word, [&] { return waitv({&word}, &farthest, clock); });
        EXPECT_EQ(wake(word, 1), 1);
        EXPECT_EQ(many->result(), 0);
    }
}

}  // namespace
}  // namespace futex2::abi_test
