// SPDX-License-Identifier: MIT
// futex(2) on private words of 32 bits, by this library.
#pragma once

#include "run/call.hpp"

namespace futex2::run {

/** Does one of the old operations; a value or a negative errno, as the kernel's. */
long old_futex(operation o, const call& c);

}  // namespace futex2::run
