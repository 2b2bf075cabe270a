// SPDX-License-Identifier: MIT
// A waiter that is never woken must not hang the command.
#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>

#include "bench/ticker.hpp"

namespace futex2::bench {

/**
 * Ends the process with one line on stderr and status 1 when nothing has
 * happened for too long.
 */
class watchdog {
  public:
    explicit watchdog(std::chrono::duration<double> patience);
    watchdog(const watchdog&) = delete;
    watchdog& operator=(const watchdog&) = delete;

    std::chrono::duration<double> patience() const { return patience_; }

    /** What begins now, for the line on stderr. Counts as a beat. */
    void watch(std::string what);

    /** Something happened: the patience begins anew. */
    void beat();

    /** Sleeps, beating. */
    void rest(std::chrono::duration<double> how_long);

  private:
    void look();
    [[noreturn]] void bite() const;

    const std::chrono::duration<double> patience_;
    std::mutex mutex_;
    uint64_t beats_ = 0;
    uint64_t seen_ = 0;  // of them, at the last look
    std::string what_ = "starting";
    ticker guard_;  // last: it looks at the others
};

/** Says why on stderr and ends the process with status 1, whatever threads are asleep. */
[[noreturn]] void give_up(const std::string& why);

}  // namespace futex2::bench
