// SPDX-License-Identifier: MIT
// The library's calls as a program under `futex2 run` gets them: with what --upstream and
// --strict add, and from any signal handler. A value or a negative errno.
#pragma once

#include <futex2/futex2.h>

namespace futex2::run {

int wait(void* word, uint64_t expected, uint64_t mask, unsigned flags, const timespec* deadline,
         clockid_t clock);
int wake(void* word, uint64_t mask, int count, unsigned flags);
int waitv(futex_waitv* words, unsigned n, unsigned flags, const timespec* deadline,
          clockid_t clock);
int requeue(futex_waitv* from_to, unsigned flags, int wake, int requeue);
// FUTEX_REQUEUE, of private words that were checked: does not compare.
int requeue_whatever(const futex_waitv& from, const futex_waitv& to, int wake, int requeue);

}  // namespace futex2::run
