/* SPDX-License-Identifier: MIT */
/**
 * The calls as the futex2 proposal spelled them, over <futex2/futex2.h>:
 *
 *     struct futex32_numa f = {.value = 0, .hint = -1};
 *     futex_wait(&f, 0, FUTEX_NUMA | FUTEX_32, NULL);
 *
 * Sources, all by André Almeida: the names, the NUMA words and this example are
 * those of "[RFC] futex2: add NUMA awareness" (linux-api, 14 July 2022) and of
 * the Linux Plumbers Conference 2022; futex_waitv() and the numbers of the flags
 * are those of "[PATCH v4 00/15] Add futex2 syscalls" (linux-kernel, 3 June
 * 2021). FUTEX_NUMA was given no number in 2022; it is FUTEX2_NUMA here, the one
 * that Linux 6.7 reserved.
 *
 * Different from the proposal
 *   - These are functions, not system calls: they return a value >= 0 or a
 *     negative errno, and leave `errno` alone, where syscall(2) gives -1.
 *   - val and cmpval have 64 bits, as the words can have.
 *   - struct futex_waitv is the one that Linux 5.16 defined: uaddr is an integer
 *     (cast a pointer through uintptr_t), and __reserved is 0.
 *   - futex_wake() of 0 waiters wakes none.
 *   - FUTEX_SHARED_FLAG asks for a word without FUTEX2_PRIVATE: see futex2.h.
 * Do not mix the flags of this file with those of futex2.h: 8 means
 * FUTEX_SHARED_FLAG here and FUTEX2_MPOL there.
 *
 * Contracts (blocking, signal handlers, memory order, errors) are those of the
 * calls of futex2.h that stand behind; an unknown flag is -EINVAL.
 */
#ifndef FUTEX2_LPC_H
#define FUTEX2_LPC_H

#include <errno.h>
#include <futex2/futex2.h>
#include <limits.h>

#ifndef FUTEX_8
#define FUTEX_8 0
#endif
#ifndef FUTEX_16
#define FUTEX_16 1
#endif
#ifndef FUTEX_32
#define FUTEX_32 2
#endif
#ifndef FUTEX_64
#define FUTEX_64 3
#endif
#ifndef FUTEX_NUMA
#define FUTEX_NUMA FUTEX2_NUMA
#endif
#ifndef FUTEX_SHARED_FLAG
#define FUTEX_SHARED_FLAG 8
#endif
/* FUTEX_CLOCK_REALTIME, 256, is in <linux/futex.h>. */

/** One of the two words of a futex_requeue(), with its own flags. */
struct futex_requeue {
    void* uaddr;
    unsigned int flags;
};

#define FUTEX2_LPC_WORD_FLAGS ((unsigned int)(FUTEX2_SIZE_MASK | FUTEX_NUMA | FUTEX_SHARED_FLAG))

/* The flags of futex2.h for flags that have been found to be known. */
static inline unsigned int futex2_lpc_flags(unsigned int flags) {
    return (flags & (unsigned int)FUTEX2_SIZE_MASK) |
           ((flags & (unsigned int)FUTEX_NUMA) != 0U ? (unsigned int)FUTEX2_NUMA : 0U) |
           ((flags & (unsigned int)FUTEX_SHARED_FLAG) != 0U ? 0U : (unsigned int)FUTEX2_PRIVATE);
}

/* All bits that a word has. */
static inline uint64_t futex2_lpc_mask(unsigned int flags) {
    return UINT64_MAX >> (64U - (8U << (flags & (unsigned int)FUTEX2_SIZE_MASK)));
}

/* CLOCK_REALTIME or CLOCK_MONOTONIC, by number: -std=c99 hides the names. */
static inline clockid_t futex2_lpc_clock(unsigned int flags) {
    return (flags & (unsigned int)FUTEX_CLOCK_REALTIME) != 0U ? 0 : 1;
}

static inline int futex2_lpc_count(unsigned long count) {
    return count > (unsigned long)INT_MAX ? INT_MAX : (int)count;
}

/**
 * Sleeps while *uaddr == val. flags: a size, and any of FUTEX_NUMA,
 * FUTEX_SHARED_FLAG and FUTEX_CLOCK_REALTIME. timo: absolute, on CLOCK_MONOTONIC
 * unless the last is set; NULL waits without end.
 */
static inline int futex_wait(void* uaddr, uint64_t val, unsigned int flags,
                             const struct timespec* timo) {
    if ((flags & ~(FUTEX2_LPC_WORD_FLAGS | (unsigned int)FUTEX_CLOCK_REALTIME)) != 0U) {
        return -EINVAL;
    }
    return futex2_wait(uaddr, val, futex2_lpc_mask(flags), futex2_lpc_flags(flags), timo,
                       futex2_lpc_clock(flags));
}

/** Wakes up to nr_wake waiters; returns how many. flags as futex_wait(). */
static inline int futex_wake(void* uaddr, unsigned long nr_wake, unsigned int flags) {
    if ((flags & ~(FUTEX2_LPC_WORD_FLAGS | (unsigned int)FUTEX_CLOCK_REALTIME)) != 0U) {
        return -EINVAL;
    }
    return futex2_wake(uaddr, futex2_lpc_mask(flags), futex2_lpc_count(nr_wake),
                       futex2_lpc_flags(flags));
}

/* In C++ the proposal's functions hide the constructors of its structs: say `struct futex_waitv`.
 */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wshadow"

/**
 * Sleeps while all of nr_futexes words hold their values; returns the index of a
 * word that was woken. flags: 0 or FUTEX_CLOCK_REALTIME. Each entry's flags: a
 * size, and any of FUTEX_NUMA and FUTEX_SHARED_FLAG. The array is only read.
 */
static inline int futex_waitv(struct futex_waitv* waiters, unsigned int nr_futexes,
                              unsigned int flags, const struct timespec* timo) {
    struct futex_waitv words[FUTEX_WAITV_MAX];
    unsigned int i;
    if ((flags & ~(unsigned int)FUTEX_CLOCK_REALTIME) != 0U || nr_futexes == 0U ||
        nr_futexes > FUTEX_WAITV_MAX || !waiters) {
        return -EINVAL;
    }
    for (i = 0; i < nr_futexes; ++i) {
        if ((waiters[i].flags & ~FUTEX2_LPC_WORD_FLAGS) != 0U) {
            return -EINVAL;
        }
        words[i] = waiters[i];
        words[i].flags = futex2_lpc_flags(waiters[i].flags);
    }
    return futex2_waitv(words, nr_futexes, 0, timo, futex2_lpc_clock(flags));
}

/**
 * If *rq1->uaddr == cmpval, wakes up to nr_wake of its waiters and moves up to
 * nr_requeue more to rq2->uaddr; returns woken + moved. flags: 0.
 */
static inline int futex_requeue(struct futex_requeue* rq1, struct futex_requeue* rq2,
                                unsigned int nr_wake, unsigned int nr_requeue, uint64_t cmpval,
                                unsigned int flags) {
    struct futex_waitv words[2];
    if (flags != 0U || !rq1 || !rq2 || ((rq1->flags | rq2->flags) & ~FUTEX2_LPC_WORD_FLAGS) != 0U) {
        return -EINVAL;
    }
    words[0].val = cmpval;
    words[0].uaddr = (uintptr_t)rq1->uaddr;
    words[0].flags = futex2_lpc_flags(rq1->flags);
    words[0].__reserved = 0;
    words[1].val = 0;
    words[1].uaddr = (uintptr_t)rq2->uaddr;
    words[1].flags = futex2_lpc_flags(rq2->flags);
    words[1].__reserved = 0;
    return futex2_requeue(words, 0, futex2_lpc_count(nr_wake), futex2_lpc_count(nr_requeue));
}

#pragma GCC diagnostic pop
#undef FUTEX2_LPC_WORD_FLAGS

#endif
