// SPDX-License-Identifier: MIT
// Words of 8 and 16 bits that processes share: each a part of a 32-bit word, its container,
// which is what the kernel knows.
//
// The parts tell their waits and wakes apart by masks: the container's mask of 32 bits has a
// lane for each of its bytes (lanes.pml). A change of a neighbour makes a sleeper look again,
// and no more: only a wake of its own word ends its wait.
#pragma once

#include "platform/word.hpp"

namespace futex2::kernel {

using platform::deadline;
using platform::width;

int wait_narrow(const void* word, width size, uint64_t expected, uint64_t mask, deadline until);

int wake_narrow(const void* word, uint64_t mask, int count);

}  // namespace futex2::kernel
