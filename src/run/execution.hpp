// SPDX-License-Identifier: MIT
// The program's execve() and execveat() while --trap is on. The filter stays in force in the new
// program: without this library there, its first futex call would kill it.
#pragma once

#include "run/call.hpp"

namespace futex2::run {

/**
 * Runs the program, with this library before it whatever environment it is given; -EPERM, and
 * a line on stderr, where none can be loaded.
 */
long execute(const call& c);

}  // namespace futex2::run
