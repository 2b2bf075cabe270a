// SPDX-License-Identifier: MIT
// Runs a program on one engine.
#pragma once

#include "fuzz/calls.hpp"
#include "fuzz/crew.hpp"
#include "fuzz/trace.hpp"

namespace futex2::fuzz {

/**
 * Runs the program from quiet point to quiet point, and at the end wakes all that still
 * wait. Steps that may not meet (words in common, directly or by a wait on both) are
 * never made at the same time, so every engine must show the same; what the engines are
 * known to do in different ways is left out.
 *
 * `guide` is what the library showed: from it come the hints that the kernel does not
 * take back.
 */
trace run(crew& with, const side& where, const program& p, const trace* guide = nullptr);

}  // namespace futex2::fuzz
