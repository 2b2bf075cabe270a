// SPDX-License-Identifier: MIT
// Threads that make calls when told to, and the quiet points between the calls: where
// each thread either has returned or sleeps.
#pragma once

#include <array>
#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "fuzz/program.hpp"

namespace futex2::fuzz {

class crew {
  public:
    crew();
    crew(const crew&) = delete;
    crew& operator=(const crew&) = delete;
    ~crew();

    /** Has an idle thread make the call. */
    void start(unsigned thread, std::function<int()> call);

    /** Whether the thread has returned from its last call. */
    bool idle(unsigned thread) const;

    /** What its last call returned. The thread is idle. */
    int result(unsigned thread) const;

    /** Sends a signal whose handler does nothing, with SA_RESTART or without. */
    void interrupt(unsigned thread, bool restart);

    /**
     * Returns at the next quiet point, or aborts after a minute. A thread whose deadline will end
     * its call soon does not count as asleep.
     */
    void await_quiet();
    void expect_return(unsigned thread);

  private:
    struct member;

    // Where a thread sleeps, as the kernel tells it; empty: it does not sleep.
    using place = std::string;
    using places = std::array<place, thread_count>;

    static void run(member& me, unsigned number);
    bool all_quiet(places& where) const;
    bool still_asleep(const places& where) const;

    std::array<std::unique_ptr<member>, thread_count> members_;
};

}  // namespace futex2::fuzz
