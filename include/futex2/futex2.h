/* SPDX-License-Identifier: MIT */
/**
 * futex2: sleep while a word still holds a value.
 *
 * Words of 8, 16, 32 and 64 bits, waits on up to 128 words, and NUMA words
 * that carry the node whose table their waiters are queued in.
 *
 * Every call returns a value >= 0 or a negative errno; `errno` is left alone.
 * The checks, their order and their errors are those of Linux 6.18's system
 * calls 449 and 454-456 (kernel/futex/syscalls.c); docs/semantics.md has them
 * row by row, with the places where this library differs on purpose.
 *
 * A word with FUTEX2_PRIVATE is used through one address of one process. One
 * without it may lie in memory that processes share, at any addresses of theirs: its
 * waits are the kernel's, and a call on it is a system call. A plain word of 64 bits
 * must be private (-ENOTSUP): no call of the kernel's compares 64 bits. Bytes that are
 * shared words of 8 or 16 bits are used in that one size, and not as a shared word of
 * 32 bits: the kernel knows them as parts of one.
 *
 * A word stays mapped while anybody waits on it, until every futex2_waitv() that names
 * it has returned, and during every call that names it; futex2_store_wake() alone
 * lets go of it earlier.
 *
 * No call allocates memory, except that the first call of the process maps the
 * tables, and a thread's first wait may map memory for 62.
 *
 * In a signal handler only futex2_wake(), futex2_wakev() and
 * futex2_store_wake() may be called. A handler that changes a word must also
 * wake it: a waiting thread does not read the word again when it goes on after
 * a handler (SA_RESTART). No call is a cancellation point.
 */
#ifndef FUTEX2_FUTEX2_H
#define FUTEX2_FUTEX2_H

#include <linux/futex.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

#define FUTEX2_VERSION_MAJOR 0
#define FUTEX2_VERSION_MINOR 1
#define FUTEX2_VERSION_PATCH 0

#if defined(__GNUC__)
#define FUTEX2_API __attribute__((visibility("default")))
#else
#define FUTEX2_API
#endif

struct timespec;

#ifdef __cplusplus
#define FUTEX2_NOEXCEPT noexcept
extern "C" {
#else
#define FUTEX2_NOEXCEPT
#endif

/* Flags, numerically the kernel's (include/uapi/linux/futex.h). */
#ifndef FUTEX2_SIZE_U8
#define FUTEX2_SIZE_U8 0x00
#define FUTEX2_SIZE_U16 0x01
#define FUTEX2_SIZE_U32 0x02
#define FUTEX2_SIZE_U64 0x03
#endif
#ifndef FUTEX2_NUMA
#define FUTEX2_NUMA 0x04
#endif
#ifndef FUTEX2_MPOL
#define FUTEX2_MPOL 0x08
#endif
#ifndef FUTEX2_PRIVATE
#define FUTEX2_PRIVATE FUTEX_PRIVATE_FLAG
#endif
/**
 * Of a private word's wake (futex2_wake, futex2_store_wake, an item of futex2_wakev): waiters of
 * the node that the caller runs on come first, oldest first among them, then the others, oldest
 * first. A word's oldest waiter is passed over by 64 such wakes at most, and then comes first.
 * Ours: above bit 15.
 */
#define FUTEX2_WAKE_LOCAL 0x10000
#ifndef FUTEX2_SIZE_MASK
#define FUTEX2_SIZE_MASK 0x03
#endif
#ifndef FUTEX_NO_NODE
#define FUTEX_NO_NODE (-1)
#endif
#ifndef FUTEX_WAITV_MAX
#define FUTEX_WAITV_MAX 128
struct futex_waitv {
    uint64_t val;
    uint64_t uaddr;
    uint32_t flags;
    uint32_t __reserved;
};
#endif

/**
 * A NUMA word: the value, and the node whose table holds its waiters.
 *
 * Initialise hint to -1 (FUTEX_NO_NODE). The first waiter that sleeps sets it
 * to its node; when the last waiter has left it is -1 again. A program may
 * instead set a node itself, while nobody waits: such a hint stays. Any other
 * negative value, and a node that the machine does not have, is EINVAL.
 *
 * Of a word that processes share the hint stays as the first waiter set it. In a shared
 * futex64_numa the lowest 16 bits of the hint are the node, or -1, and stay as the program
 * sets them; the next 16 are ignored; the upper 32 count wakes: a wait that is overtaken by
 * 2^32 wakes, to one, between its look at the value and its sleep misses them.
 *
 * An 8-bit hint names nodes below 128: with P the possible nodes below 128 in
 * order, a thread on node n uses n if it is in P, else P[n mod |P|].
 */
#define FUTEX2_NUMA_WORD(bits)                                               \
    struct __attribute__((packed, aligned((bits) / 4))) futex##bits##_numa { \
        uint##bits##_t value;                                                \
        int##bits##_t hint;                                                  \
    }
FUTEX2_NUMA_WORD(8);
FUTEX2_NUMA_WORD(16);
FUTEX2_NUMA_WORD(32);
FUTEX2_NUMA_WORD(64);
#undef FUTEX2_NUMA_WORD

/** One word of a futex2_wakev(). */
struct futex2_wake_item {
    void* word;
    uint64_t mask;
    int32_t count;
    uint32_t flags;
};

/**
 * Sleeps while *word == expected.
 *
 * mask: the wakes that reach this wait are those whose mask has a bit in common
 * with it; all ones of the word's size for "any". deadline: absolute on clock
 * (CLOCK_MONOTONIC or CLOCK_REALTIME); NULL waits without end.
 *
 * Returns 0 when woken; as with every futex the wake may be meant for nobody
 * (spurious), so look at the word again.
 *   -EAGAIN     the value differed (also when the deadline has passed)
 *   -ETIMEDOUT  the deadline passed
 *   -EINTR      a signal handler without SA_RESTART ran while the thread slept
 *   -EINVAL     unknown flag; expected or mask wider than the word, or mask 0;
 *               bad clock or timespec; misaligned word; impossible hint
 *   -EFAULT     the address is outside user memory (unmapped memory faults)
 *   -ENOTSUP    without FUTEX2_PRIVATE: a plain word of 64 bits; of a NUMA word of 64
 *               bits, a mask that is neither all ones nor of the lowest 32 bits
 *   -ENOMEM     the tables or the thread's parker could not be mapped
 * Blocks. Not for signal handlers. The value is read with acquire, and what was
 * written before a wake is visible after the wait that it ended.
 */
FUTEX2_API int futex2_wait(void* word, uint64_t expected, uint64_t mask, unsigned flags,
                           const struct timespec* deadline, clockid_t clock) FUTEX2_NOEXCEPT;

/**
 * Wakes up to count waiters of the word whose mask meets mask, oldest first, or with
 * FUTEX2_WAKE_LOCAL those of the caller's node first.
 *
 * Returns how many it woke; count < 0 wakes one, 0 none. A word that nobody
 * waits on costs no lock and no system call; of a plain word only the address
 * is used.
 *   -EINVAL  unknown flag; mask 0 or wider than the word; misaligned word;
 *            impossible hint
 *   -EFAULT  the address is outside user memory (an unmapped NUMA word faults)
 *   -ENOTSUP  as futex2_wait()
 * Does not sleep, but for a bucket's lock. Async-signal-safe: in a handler that
 * interrupted this library inside a lock the wake is done when the lock has
 * been left, and returns 0. A full fence (seq_cst) precedes the look for
 * waiters, so the caller may have stored the value with any order.
 */
FUTEX2_API int futex2_wake(void* word, uint64_t mask, int count, unsigned flags) FUTEX2_NOEXCEPT;

/**
 * Sleeps while all of n words hold their values; 1 <= n <= FUTEX_WAITV_MAX.
 *
 * Sizes, NUMA and plain words may be mixed, and private and shared ones. flags: 0.
 * Returns the index of a word that was woken. Uses 128 bytes of stack for each private
 * word, and 5 KiB where one is shared.
 *   -EAGAIN, -ETIMEDOUT, -EINTR, -EINVAL, -EFAULT, -ENOTSUP, -ENOMEM
 *            as futex2_wait(); EINVAL also for flags, n, words == NULL and a
 *            __reserved that is not 0. All words are checked before any value
 *            is compared.
 *   -ENOTSUP  also: a word of 8 or 16 bits without FUTEX2_PRIVATE
 *   -ENOSYS  several words of which one or more are shared, where the kernel has no
 *            futex_waitv
 * Blocks. Not for signal handlers. Memory order as futex2_wait().
 */
FUTEX2_API int futex2_waitv(struct futex_waitv* words, unsigned n, unsigned flags,
                            const struct timespec* deadline, clockid_t clock) FUTEX2_NOEXCEPT;

/**
 * Wakes up to `wake` waiters of from_to[0] and moves up to `requeue` more to
 * from_to[1], if from_to[0] still holds from_to[0].val.
 *
 * The two may differ in size, and one may be NUMA and the other plain. flags:
 * 0. A plain destination's memory is not read; a destination hint of -1 becomes
 * the source's node when a waiter moves. Returns woken + moved. Of words without
 * FUTEX2_PRIVATE: where one of the two has 8 or 16 bits, those that were to move are
 * woken; a destination's hint also becomes a node where nobody is there to be moved.
 *   -EAGAIN  the source's value differed
 *   -EINVAL  wake or requeue < 0; one word private and the other shared; else
 *            as futex2_wake(), for both words
 *   -EFAULT, -ENOTSUP  as futex2_wake()
 * Does not sleep, but for the buckets' locks. Not for signal handlers. Full
 * fence first, as futex2_wake().
 */
FUTEX2_API int futex2_requeue(struct futex_waitv* from_to, unsigned flags, int wake,
                              int requeue) FUTEX2_NOEXCEPT;

/**
 * Wakes n words, 1 <= n <= FUTEX_WAITV_MAX, as futex2_wake() would one by one.
 *
 * flags: 0. All items are checked and all hints read before anybody is woken.
 * Returns the sum.
 *   -EINVAL  flags, n, items == NULL; -EINVAL, -EFAULT, -ENOTSUP as
 *            futex2_wake(), for any item
 * Async-signal-safe; memory order as futex2_wake().
 */
FUTEX2_API int futex2_wakev(const struct futex2_wake_item* items, unsigned n,
                            unsigned flags) FUTEX2_NOEXCEPT;

/**
 * Stores value (seq_cst) and wakes up to count waiters of any mask.
 *
 * Of a NUMA word both happen in one atomic instruction when nobody waits. After
 * the store the word may be freed at once by whoever sees the new value: this
 * call uses it only while a waiter that it wakes is still queued on it.
 * Returns and errors as futex2_wake(); after an error nothing was stored.
 * Async-signal-safe.
 */
FUTEX2_API int futex2_store_wake(void* word, uint64_t value, int count,
                                 unsigned flags) FUTEX2_NOEXCEPT;

/** The node that the calling thread runs on now, or -ENOMEM. Never blocks. */
FUTEX2_API int futex2_current_node(void) FUTEX2_NOEXCEPT;

/** How many nodes a hint can name (the machine's possible nodes), or -ENOMEM. */
FUTEX2_API int futex2_node_count(void) FUTEX2_NOEXCEPT;

/** The library's version, "MAJOR.MINOR.PATCH". */
FUTEX2_API const char* futex2_version(void) FUTEX2_NOEXCEPT;

#ifdef __cplusplus
}
#endif

#endif
