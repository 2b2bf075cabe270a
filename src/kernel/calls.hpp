// SPDX-License-Identifier: MIT
// The kernel's futex calls as thin inline functions.
//
// Each returns a value >= 0 or a negative errno, and leaves errno alone. They
// add nothing to the calls: no check, no retry, and flags are passed as given.
// Deadlines are absolute, but for wait_relative(); nullptr waits without end.
#pragma once

#include <errno.h>
#include <futex2/futex2.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

namespace futex2::kernel {

// Where the system's headers are older than the calls. The numbers of 449 and
// above are the same on every architecture.
inline constexpr long nr_futex_waitv = 449;
inline constexpr long nr_futex_wake = 454;
inline constexpr long nr_futex_wait = 455;
inline constexpr long nr_futex_requeue = 456;

/** syscall(2) with a result that needs no errno. */
template <class... Args>
long call(long number, Args... args) noexcept {
    const int saved = errno;
    const long result = ::syscall(number, args...);
    const long answer = result == -1 ? -static_cast<long>(errno) : result;
    errno = saved;
    return answer;
}

/** Flags of a futex2 call on a 32-bit word of this process, and the mask that meets every waiter.
 */
inline constexpr unsigned private_word = FUTEX2_SIZE_U32 | FUTEX2_PRIVATE;
inline constexpr uint32_t any_waiter = FUTEX_BITSET_MATCH_ANY;

/** An argument that the call does not look at. */
inline constexpr long unused = 0;

// futex(2), 32-bit words. `flags` is 0 or FUTEX_PRIVATE_FLAG, for a wait with a
// deadline also FUTEX_CLOCK_REALTIME.

/** FUTEX_WAIT_BITSET: sleeps while *word == expected; 0 when woken. */
inline long futex_wait_bitset(const uint32_t* word, uint32_t expected, uint32_t mask, int flags,
                              const timespec* deadline) noexcept {
    return call(SYS_futex, word, static_cast<long>(FUTEX_WAIT_BITSET | flags),
                static_cast<unsigned long>(expected), deadline, unused,
                static_cast<unsigned long>(mask));
}

/** FUTEX_WAIT: as above, any mask, and the timeout is relative. */
inline long futex_wait_relative(const uint32_t* word, uint32_t expected, int flags,
                                const timespec* timeout) noexcept {
    return call(SYS_futex, word, static_cast<long>(FUTEX_WAIT | flags),
                static_cast<unsigned long>(expected), timeout, unused, unused);
}

/** FUTEX_WAKE: the number of waiters woken (note: count 0 wakes one). */
inline long futex_wake(const uint32_t* word, int count, int flags) noexcept {
    return call(SYS_futex, word, static_cast<long>(FUTEX_WAKE | flags), static_cast<long>(count),
                unused, unused, unused);
}

/** FUTEX_WAKE_BITSET. */
inline long futex_wake_bitset(const uint32_t* word, int count, uint32_t mask, int flags) noexcept {
    return call(SYS_futex, word, static_cast<long>(FUTEX_WAKE_BITSET | flags),
                static_cast<long>(count), unused, unused, static_cast<unsigned long>(mask));
}

/** FUTEX_REQUEUE: woken + moved; *from is not read. */
inline long futex_requeue(const uint32_t* from, const uint32_t* to, int wake, int requeue,
                          int flags) noexcept {
    return call(SYS_futex, from, static_cast<long>(FUTEX_REQUEUE | flags), static_cast<long>(wake),
                static_cast<long>(requeue), to, unused);
}

/** FUTEX_CMP_REQUEUE: woken + moved; -EAGAIN where *from != expected. */
inline long futex_cmp_requeue(const uint32_t* from, const uint32_t* to, uint32_t expected, int wake,
                              int requeue, int flags) noexcept {
    return call(SYS_futex, from, static_cast<long>(FUTEX_CMP_REQUEUE | flags),
                static_cast<long>(wake), static_cast<long>(requeue), to,
                static_cast<unsigned long>(expected));
}

/** FUTEX_LOCK_PI: takes the lock; the deadline is on CLOCK_REALTIME. */
inline long futex_lock_pi(uint32_t* word, int flags, const timespec* deadline) noexcept {
    return call(SYS_futex, word, static_cast<long>(FUTEX_LOCK_PI | flags), unused, deadline, unused,
                unused);
}

/** FUTEX_UNLOCK_PI. */
inline long futex_unlock_pi(uint32_t* word, int flags) noexcept {
    return call(SYS_futex, word, static_cast<long>(FUTEX_UNLOCK_PI | flags), unused, unused, unused,
                unused);
}

// futex2: the same arguments as the library's calls of those names.

/** System call 449 (Linux 5.16): the index of a woken word. */
inline long waitv(const futex_waitv* words, unsigned n, unsigned flags, const timespec* deadline,
                  clockid_t clock) noexcept {
    return call(nr_futex_waitv, words, static_cast<unsigned long>(n),
                static_cast<unsigned long>(flags), deadline, static_cast<long>(clock));
}

/** System call 454 (Linux 6.7): the number of waiters woken. */
inline long wake(const void* word, uint64_t mask, int count, unsigned flags) noexcept {
    return call(nr_futex_wake, word, static_cast<unsigned long>(mask), static_cast<long>(count),
                static_cast<unsigned long>(flags));
}

/** System call 455 (Linux 6.7): 0 when woken. */
inline long wait(const void* word, uint64_t expected, uint64_t mask, unsigned flags,
                 const timespec* deadline, clockid_t clock) noexcept {
    return call(nr_futex_wait, word, static_cast<unsigned long>(expected),
                static_cast<unsigned long>(mask), static_cast<unsigned long>(flags), deadline,
                static_cast<long>(clock));
}

/** System call 456 (Linux 6.7): woken + moved. */
inline long requeue(const futex_waitv* from_to, unsigned flags, int wake_count,
                    int requeue_count) noexcept {
    return call(nr_futex_requeue, from_to, static_cast<unsigned long>(flags),
                static_cast<long>(wake_count), static_cast<long>(requeue_count));
}

}  // namespace futex2::kernel
