// SPDX-License-Identifier: MIT
// futex(2) over a table of a given size: Linux 6.16 has one for each process of more than one
// thread, grows it with the threads, and lets the process choose (PR_FUTEX_HASH).
#pragma once

#include <memory>
#include <string>

#include "bench/workload.hpp"

namespace futex2::bench {

/** Why no process here can have a table of so many buckets (0: the global one); or empty. */
std::string kernel_hash_missing(unsigned slots);

/**
 * The same work, each run in a process that chooses its table first: the choice of
 * the global one is for the life of a process, and any choice ends the growth.
 */
std::unique_ptr<workload> with_kernel_hash(unsigned slots, std::unique_ptr<workload> work);

}  // namespace futex2::bench
