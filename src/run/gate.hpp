// SPDX-License-Identifier: MIT
// The way of this library's own futex calls into the kernel while --trap takes the program's.
#pragma once

#include <stdint.h>

namespace futex2::run {

/** With the mark; a wait that has been abandoned answers -EINTR, without sleeping. */
long enter_kernel(long number, long a, long b, long c, long d, long e, long f);

/**
 * For the calling thread, in a signal handler that interrupted it at this address: its wait in the
 * kernel, if there is one or as soon as there is one, answers -EINTR, until take_back(). Returns
 * where to go on.
 */
uintptr_t abandon_wait(uintptr_t interrupted_at);
void take_back();

}  // namespace futex2::run
