// SPDX-License-Identifier: MIT
// Answers a program's futex calls, by this library or by the kernel.
#pragma once

#include "run/call.hpp"

namespace futex2::run {

/** A value or a negative errno, as the kernel's. c.number is a futex call's. */
long answer(const call& c);

/** Does the call in the kernel, whatever it is. */
inline long pass(const call& c) {
    const platform::kernel_entry own = is_futex_call(c.number) ? platform::futex_entry : nullptr;
    const auto enter = own != nullptr ? own : platform::call_kernel;
    return enter(c.number, c.argument[0], c.argument[1], c.argument[2], c.argument[3],
                 c.argument[4], c.argument[5]);
}

}  // namespace futex2::run
