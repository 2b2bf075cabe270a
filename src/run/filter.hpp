// SPDX-License-Identifier: MIT
// The seccomp filter of --trap: which system calls become a SIGSYS.
#pragma once

namespace futex2::run {

/** What a trap of this filter has in si_errno. */
inline constexpr int trap_number = 0xf2;

/** Of the calling process, and for good: 0 or a negative errno. */
int install_filter();

/** Of this or of an earlier program. Needs no handler. */
bool filter_is_in_force();

}  // namespace futex2::run
