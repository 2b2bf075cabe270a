// SPDX-License-Identifier: MIT
// --trap: takes futex calls that a program makes by the instruction itself.
#pragma once

namespace futex2::run {

/**
 * Before the program has a thread or a signal handler. From then on the calls of filter.cpp
 * raise SIGSYS, whose handler answers them. 0 or a negative errno.
 */
int begin_trap(char** environment);

}  // namespace futex2::run
