// SPDX-License-Identifier: MIT
// A thread that is never woken must end the storm, not hang it.
#pragma once

#include <memory>
#include <thread>
#include <vector>

#include "bench/ticker.hpp"
#include "stress/caller.hpp"

namespace futex2::stress {

/** What must go on until it is over, whatever the rest of the storm does. */
struct lane {
    counter steps;
    std::atomic<bool> over{false};
};

/**
 * Ends the process with status 1 when a lane has not gone on for too long: says which
 * threads are in which call, and how many wait for a value that is gone.
 */
class watchdog {
  public:
    watchdog(const conditions& how, std::vector<const lane*> lanes,
             std::vector<const caller*> callers);
    watchdog(const watchdog&) = delete;
    watchdog& operator=(const watchdog&) = delete;

  private:
    using clock = std::chrono::steady_clock;
    struct seen {
        uint64_t steps = 0;
        clock::time_point since = clock::now();
    };

    void look();
    [[noreturn]] void bite(const lane& stuck) const;
    bool tell(size_t index) const;

    const std::chrono::duration<double> patience_;
    const std::vector<const lane*> lanes_;
    const std::vector<const caller*> callers_;
    std::vector<seen> last_;  // of each lane
    bench::ticker guard_;     // last: it looks at the others
};

}  // namespace futex2::stress
