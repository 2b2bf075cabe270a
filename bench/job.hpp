// SPDX-License-Identifier: MIT
// A workload with the numbers of its runs.
#pragma once

#include <string>
#include <vector>

#include "bench/engines.hpp"
#include "bench/result.hpp"

namespace futex2::bench {

class job {
  public:
    job(std::string suite, const target& what, made work);

    bool supported() const { return work_.work != nullptr; }
    const std::string& reason() const { return work_.unsupported; }
    const target& what() const { return what_; }
    const workload& work() const { return *work_.work; }
    const measured& runs() const { return runs_; }
    /** Of all runs together; nothing in it where the workload has none. */
    const histogram& distribution() const { return distribution_; }

    /** "wake, 512 threads, user, 32-bit words" */
    std::string name() const;

    void warm_up(watchdog& dog) const;
    void run(watchdog& dog);

    /** A result for each series; one without runs where the engine cannot. */
    std::vector<result> results() const;

    /** Of the workload, if it ran. */
    std::string failure() const { return supported() ? work().failure() : ""; }

  private:
    result result_of(const series& s) const;

    std::string suite_;
    target what_;
    made work_;
    measured runs_;
    histogram distribution_;
};

}  // namespace futex2::bench
