// SPDX-License-Identifier: MIT
// Words that processes share: the calls behind their checks of arguments and addresses.
//
// A word's waiters are the kernel's. This library keeps no memory that processes share, so
// none can damage another's waits. The kernel is always asked with the key of a plain word,
// never with FUTEX2_NUMA: whether it has that can differ between two processes (seccomp),
// which then would miss each other.
#pragma once

#include "abi/check.hpp"
#include "abi/instance.hpp"

namespace futex2::abi::shared {

using platform::deadline;

// -ENOTSUP for words, and masks of theirs, that no call of the kernel's can wait on.
int check_kind(word_flags flags, uint64_t mask);
int check_kind_of_many(word_flags flags);  // of a waitv

// -EINVAL for an impossible hint.
int check_hint(const native_process& p, const void* word, word_kind kind);

// Gives a word without a node one, before its first waiter sleeps: 0, -EAGAIN where the value
// differs, -EINVAL.
int settle_hint(native_process& p, void* word, uint64_t expected, word_flags flags);

// Where its waiters sleep; not of a word of 8 or 16 bits.
uint32_t* futex_of(void* word, word_kind kind);

int wait(void* word, uint64_t expected, uint64_t mask, word_flags flags, deadline until);
int wake(void* word, uint64_t mask, int count, word_flags flags);
int store_wake(void* word, uint64_t value, int count, word_flags flags);

// The hints of both words have been looked at.
int requeue(native_process& p, const struct futex_waitv& from, const struct futex_waitv& to,
            int wake, int most);

// Some are private. The kinds of the others have been checked.
int wakev(const struct futex2_wake_item* items, unsigned n);

}  // namespace futex2::abi::shared
