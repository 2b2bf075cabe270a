// SPDX-License-Identifier: MIT
// The standard error, where the numbers of --stats go when the process ends. By then the program
// may have closed it, and have a file of its own by that number.
#pragma once

namespace futex2::run {

/** While this library is loaded. */
void remember_error_output();

/** Its number, or -1 where that is another file now. */
int error_output();

}  // namespace futex2::run
