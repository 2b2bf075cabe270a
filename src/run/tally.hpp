// SPDX-License-Identifier: MIT
// --stats: how many calls there were, and what came of them, told when the process ends.
#pragma once

#include "run/record.hpp"

namespace futex2::run {

/** Before any call. False: no memory. */
bool begin_tally();
void count(const record& r);
/** Writes the table to the standard error. */
void tell_tally();

}  // namespace futex2::run
