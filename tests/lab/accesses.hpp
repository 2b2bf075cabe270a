// SPDX-License-Identifier: MIT
// The table of what each of the library's calls accesses, instruction by instruction exact.
#pragma once

#include "lab/recording.hpp"

namespace futex2::lab {

/**
 * Prints the table. Returns false, and names the instructions on stderr, if a call on the
 * words' node touched another node's memory, if anything wrote what is held to be constant,
 * if two rounds differ, or if the recorder's count of the control is wrong.
 */
bool print_accesses(const recording& r);

}  // namespace futex2::lab
