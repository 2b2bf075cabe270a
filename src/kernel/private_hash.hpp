// SPDX-License-Identifier: MIT
// The process's own table of the kernel's futexes (Linux 6.16; kernel/futex/core.c,
// Documentation of PR_FUTEX_HASH in prctl(2)).
#pragma once

#include "kernel/calls.hpp"

namespace futex2::kernel {

// Where the system's headers are older than the kernel: include/uapi/linux/prctl.h.
inline constexpr long pr_futex_hash = 78;
inline constexpr long pr_futex_hash_set_slots = 1;
inline constexpr long pr_futex_hash_get_slots = 2;

/**
 * Its buckets; 0: the process uses the global table, which all do that have had one
 * thread alone. A negative errno where there is no such call.
 */
inline long private_hash_slots() {
    return call(SYS_prctl, pr_futex_hash, pr_futex_hash_get_slots, unused, unused, unused);
}

/**
 * Gives the process a table of so many buckets, a power of two from 2 on, which is never
 * resized; or, for 0, the global one, once for all. 0 or a negative errno: EBUSY if it
 * has been given the global one.
 */
inline long set_private_hash_slots(unsigned slots) {
    return call(SYS_prctl, pr_futex_hash, pr_futex_hash_set_slots,
                static_cast<unsigned long>(slots), unused, unused);
}

}  // namespace futex2::kernel
