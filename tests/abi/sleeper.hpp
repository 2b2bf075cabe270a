// SPDX-License-Identifier: MIT
// A thread in a wait.
#pragma once

#include <pthread.h>
#include <sys/types.h>

#include <atomic>
#include <functional>
#include <thread>

namespace futex2::abi_test {

/**
 * Polls until the condition holds. Does not give up by itself: every test runs
 * under a watchdog (futex_test).
 */
void until(const std::function<bool()>& condition);

/** From now on the signal ends or restarts calls, and does nothing else. */
void handle(int signal, int flags = 0);

/** Whether the kernel says that a thread of this process sleeps. */
bool sleeps(pid_t thread);

/** A thread that calls a function, which waits, and keeps what that returned. */
class sleeper {
  public:
    explicit sleeper(std::function<int()> wait);
    sleeper(const sleeper&) = delete;
    sleeper& operator=(const sleeper&) = delete;
    ~sleeper();

    /** Joins the thread. */
    int result();

    /** What errno was after the wait, where 0 was before it. Joins the thread. */
    int errno_after();

    /** Whether the function has returned. */
    bool returned() const { return returned_.load(); }

    /** Whether the kernel says that the thread sleeps. */
    bool sleeps() const;

    /** Sends the signal, and returns when the thread has taken it and sleeps again, or is done. */
    void interrupt(int signal);

    /** Sends the signal. */
    void send(int signal);

    /** As interrupt(), with pthread_cancel(). */
    void cancel();

  private:
    bool pending() const;

    std::atomic<pid_t> id_ = 0;
    std::atomic<bool> returned_ = false;
    int result_ = 0;
    int errno_after_ = 0;
    std::thread thread_;
};

}  // namespace futex2::abi_test
