// SPDX-License-Identifier: MIT
// --trap: takes futex calls that a program makes by the instruction itself.
#pragma once

namespace futex2::run {

/** Whether an earlier program has begun it, for good: then it is on, whatever was chosen. */
bool is_trapped();

/**
 * Before the program has a thread or a signal handler. From then on the calls of filter.cpp
 * raise SIGSYS, whose handler answers them. 0 or a negative errno.
 */
int begin_trap(char** environment);

}  // namespace futex2::run
