// SPDX-License-Identifier: MIT
// Runs in processes of their own.
#pragma once

#include <functional>
#include <memory>

#include "bench/workload.hpp"

namespace futex2::bench {

/**
 * The same work, each run in a child that is forked for it, calls first(), and does the work
 * once to warm up. Its text has no lines of each run, which only the child could write.
 */
std::unique_ptr<workload> in_own_process(
    std::unique_ptr<workload> work, std::function<void()> first = [] {});

}  // namespace futex2::bench
