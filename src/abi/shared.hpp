// SPDX-License-Identifier: MIT
// Words that processes share: the calls behind their checks of arguments and addresses.
//
// A word's waiters are the kernel's. This library keeps no memory that processes share, so
// none can damage another's waits.
#pragma once

#include "abi/check.hpp"
#include "abi/instance.hpp"

namespace futex2::abi::shared {

using platform::deadline;

// -ENOTSUP for words that no call of the kernel's can wait on.
int check_kind(word_flags flags);
int check_kind_of_many(word_flags flags);  // of a waitv

int wait(void* word, uint64_t expected, uint64_t mask, word_flags flags, deadline until);
int wake(void* word, uint64_t mask, int count, word_flags flags);
int store_wake(void* word, uint64_t value, int count, word_flags flags);

// The hints of both words have been looked at.
int requeue(const struct futex_waitv& from, const struct futex_waitv& to, int wake, int most);

// Some are private. The kinds of the others have been checked.
int wakev(const struct futex2_wake_item* items, unsigned n);

}  // namespace futex2::abi::shared
