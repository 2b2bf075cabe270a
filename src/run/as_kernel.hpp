// SPDX-License-Identifier: MIT
// What --upstream and --strict do before a call of the library: 0 where it may go on, or
// what the kernel would answer, in the order of the kernel's checks (docs/semantics.md). What the
// library checks itself is left to it.
#pragma once

#include <futex2/futex2.h>

namespace futex2::run {

int before_wait(void* word, uint64_t expected, uint64_t mask, unsigned flags,
                const timespec* deadline, clockid_t clock);
int before_wake(void* word, uint64_t mask, unsigned flags);
int before_waitv(const futex_waitv* words, unsigned n, unsigned flags, const timespec* deadline,
                 clockid_t clock);
int before_requeue(const futex_waitv* from_to, unsigned flags, int wake, int requeue);

/** --strict: whether this memory can be read, or this word of 32 bits written. Else always. */
bool readable(const void* memory, size_t bytes);
bool writable_word(const void* word);

}  // namespace futex2::run
