// SPDX-License-Identifier: MIT
#pragma once

#include <futex2/futex2.h>

namespace futex2::abi {

// futex2_requeue() that does not compare, as FUTEX_REQUEUE: the caller has checked its arguments,
// and the words are private. How many were woken and moved, or -ENOMEM.
int requeue_whatever(const futex_waitv& from, const futex_waitv& to, int wake, int most) noexcept;

}  // namespace futex2::abi
