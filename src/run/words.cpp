// SPDX-License-Identifier: MIT
#include "run/words.hpp"

#include <limits.h>
#include <sched.h>

#include "abi/requeue.hpp"
#include "kernel/shared_word.hpp"
#include "run/as_kernel.hpp"
#include "run/nesting.hpp"
#include "run/options.hpp"

namespace futex2::run {
namespace {

// A wait that cannot queue.
int look_again(const timespec* deadline, clockid_t clock) {
    if (kernel::has_passed({deadline, clock})) return -ETIMEDOUT;
    sched_yield();
    return 0;
}

bool as_kernel() {
    return chosen.upstream || chosen.strict;
}

// On private words a wait takes a seat, and a lock; on shared ones it is the kernel's.
bool any_private(const futex_waitv* words, unsigned n) {
    for (unsigned i = 0; i < n; ++i)
        if ((words[i].flags & FUTEX2_PRIVATE) != 0) return true;
    return false;
}

// Instead of a requeue that would need a lock of the library's inside of one.
int wake_all(const futex_waitv& from) {
    return wake(reinterpret_cast<void*>(from.uaddr), FUTEX_BITSET_MATCH_ANY, INT_MAX, from.flags);
}

}  // namespace

int wait(void* word, uint64_t expected, uint64_t mask, unsigned flags, const timespec* deadline,
         clockid_t clock) {
    if (as_kernel()) [[unlikely]]
        if (const int error = before_wait(word, expected, mask, flags, deadline, clock); error != 0)
            return error;
    const auto wait = [&] { return futex2_wait(word, expected, mask, flags, deadline, clock); };
    if ((flags & FUTEX2_PRIVATE) == 0) return wait();
    if (at_a_lock()) [[unlikely]]
        return look_again(deadline, clock);
    return on_a_seat(wait);
}

int wake(void* word, uint64_t mask, int count, unsigned flags) {
    if (as_kernel()) [[unlikely]]
        if (const int error = before_wake(word, mask, flags); error != 0) return error;
    return futex2_wake(word, mask, count, flags);
}

int waitv(futex_waitv* words, unsigned n, unsigned flags, const timespec* deadline,
          clockid_t clock) {
    if (as_kernel()) [[unlikely]]
        if (const int error = before_waitv(words, n, flags, deadline, clock); error != 0)
            return error;
    const auto wait = [&] { return futex2_waitv(words, n, flags, deadline, clock); };
    if (words == nullptr || n > FUTEX_WAITV_MAX || !any_private(words, n)) return wait();
    if (at_a_lock()) [[unlikely]]
        return look_again(deadline, clock);
    return on_a_seat(wait);
}

int requeue(futex_waitv* from_to, unsigned flags, int wake_count, int requeue_count) {
    if (as_kernel()) [[unlikely]]
        if (const int error = before_requeue(from_to, flags, wake_count, requeue_count); error != 0)
            return error;
    if (at_a_lock() && from_to != nullptr && any_private(from_to, 1)) [[unlikely]]
        return wake_all(from_to[0]);
    return futex2_requeue(from_to, flags, wake_count, requeue_count);
}

int requeue_whatever(const futex_waitv& from, const futex_waitv& to, int wake_count,
                     int requeue_count) {
    if (at_a_lock()) [[unlikely]]
        return wake_all(from);
    return abi::requeue_whatever(from, to, wake_count, requeue_count);
}

}  // namespace futex2::run
