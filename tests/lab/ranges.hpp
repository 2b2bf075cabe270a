// SPDX-License-Identifier: MIT
// What of the program and of the library lies where, told on stdout for those who read the
// trace (layout.hpp):
//   range KIND BEGIN END
#pragma once

#include <cstddef>

namespace futex2::lab {

void tell(const char* kind, const void* begin, size_t bytes);

/** What is written once and then read only. */
void tell_constants();

void tell_tables();

/** The seat that the calling thread has. */
void tell_seat();

}  // namespace futex2::lab
