// SPDX-License-Identifier: MIT
// 32-bit words that processes share, by the best calls that may be used (features.hpp).
//
// The calls answer as system calls 449 and 454 to 456 do, whichever is made. Their keys are
// one: who sleeps by the one is woken by the other, in whatever process.
#pragma once

#include <linux/futex.h>

#include "platform/concept.hpp"

namespace futex2::kernel {

using platform::deadline;

inline constexpr uint32_t any_mask = FUTEX_BITSET_MATCH_ANY;
inline constexpr unsigned shared_flags = 2;  // FUTEX2_SIZE_U32
inline constexpr unsigned private_flags = shared_flags | FUTEX_PRIVATE_FLAG;

int wait_word(const uint32_t* word, uint32_t expected, uint32_t mask, deadline until);

int wake_word(const uint32_t* word, uint32_t mask, int count);

int requeue_word(const uint32_t* from, uint32_t expected, const uint32_t* to, int wake, int most);

// -ENOSYS where futex_waitv may not be used.
int wait_words(const struct futex_waitv* entries, unsigned n, deadline until);

// For waits that begin again: whether there is no time left.
bool has_passed(deadline until);

}  // namespace futex2::kernel
