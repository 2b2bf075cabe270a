// SPDX-License-Identifier: MIT
// Several suites in one run.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "bench/job.hpp"
#include "bench/run.hpp"
#include "bench/turns.hpp"

namespace futex2::bench {

/** Jobs that are compared with each other: they take turns. */
struct group {
    std::string suite;
    std::vector<job> jobs;
    rounds how;
};

/** One group after the other; they are made when the memory is locked. */
outcome run_groups(const request& asked, progress::style style,
                   const std::function<std::vector<group>()>& make);

}  // namespace futex2::bench
