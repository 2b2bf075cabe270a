// SPDX-License-Identifier: MIT
// A program that knows nothing of this library: it makes futex calls as people write them who
// have read the kernel's manual. Each scenario checks what its calls answer.
#pragma once

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#ifndef FUTEX2_SIZE_U8
#define FUTEX2_SIZE_U8 0
#define FUTEX2_SIZE_U16 1
#define FUTEX2_SIZE_U32 2
#define FUTEX2_SIZE_U64 3
#define FUTEX2_NUMA 4
#define FUTEX2_PRIVATE FUTEX_PRIVATE_FLAG
#endif

enum { nr_waitv = 449, nr_wake = 454, nr_wait = 455, nr_requeue = 456 };
enum { private32 = FUTEX2_SIZE_U32 | FUTEX2_PRIVATE };

#if FUTEX2_INLINED
// As a runtime without libc has it.
static inline long instruction(long n, long a, long b, long c, long d, long e, long f) {
    register long r10 __asm__("r10") = d;
    register long r8 __asm__("r8") = e;
    register long r9 __asm__("r9") = f;
    __asm__ volatile("syscall"
                     : "+a"(n)
                     : "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                     : "rcx", "r11", "memory");
    if (n >= 0) return n;
    errno = (int)-n;
    return -1;
}
#define CALL(n, a, b, c, d, e, f) \
    instruction(n, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f))
#else
#define CALL(n, a, b, c, d, e, f) syscall(n, a, b, c, d, e, f)
#endif

// A value, or a negative errno.
static inline long answer(long result) {
    return result == -1 ? -errno : result;
}

static inline long futex(const void* word, int op, uint32_t value, const void* timeout_or_count,
                         const void* second, uint32_t third) {
    return answer(CALL(SYS_futex, word, op, value, timeout_or_count, second, third));
}
static inline long futex_wait(const void* word, uint64_t expected, uint64_t mask, unsigned flags,
                              const struct timespec* deadline, clockid_t clock) {
    return answer(CALL(nr_wait, word, expected, mask, flags, deadline, clock));
}
static inline long futex_wake(const void* word, uint64_t mask, int count, unsigned flags) {
    return answer(CALL(nr_wake, word, mask, count, flags, 0, 0));
}
static inline long futex_waitv(const struct futex_waitv* words, unsigned n,
                               const struct timespec* deadline) {
    return answer(CALL(nr_waitv, words, n, 0, deadline, CLOCK_MONOTONIC, 0));
}
static inline long futex_requeue(const struct futex_waitv* from_to, int wake, int requeue) {
    return answer(CALL(nr_requeue, from_to, 0, wake, requeue, 0, 0));
}

static inline uint64_t all_of(unsigned flags) {
    return ~UINT64_C(0) >> (64 - (8u << (flags & 3)));
}

#define EXPECT(condition)                                                           \
    do {                                                                            \
        if (!(condition)) {                                                         \
            fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition); \
            exit(1);                                                                \
        }                                                                           \
    } while (0)

#define EXPECT_ANSWER(call, wanted)                                                       \
    do {                                                                                  \
        const long got_ = (call), wanted_ = (wanted);                                     \
        if (got_ != wanted_) {                                                            \
            fprintf(stderr, "%s:%d: %s: %ld, not %ld\n", __FILE__, __LINE__, #call, got_, \
                    wanted_);                                                             \
            exit(1);                                                                      \
        }                                                                                 \
    } while (0)

// Until it holds; the alarm of main() ends a program for which it never does.
#define UNTIL(condition) \
    while (!(condition)) sched_yield()

static inline struct timespec from_now(clockid_t clock, long milliseconds) {
    struct timespec t;
    clock_gettime(clock, &t);
    t.tv_nsec += milliseconds % 1000 * 1000000;
    t.tv_sec += milliseconds / 1000 + t.tv_nsec / 1000000000;
    t.tv_nsec %= 1000000000;
    return t;
}

// A thread that does one thing.
struct worker {
    pthread_t thread;
    void (*work)(void*);
    void* argument;
};
static inline void* run_worker(void* memory) {
    struct worker* w = memory;
    w->work(w->argument);
    return NULL;
}
static inline void start(struct worker* w, void (*work)(void*), void* argument) {
    w->work = work;
    w->argument = argument;
    EXPECT(pthread_create(&w->thread, NULL, run_worker, w) == 0);
}
static inline void join(struct worker* w) {
    EXPECT(pthread_join(w->thread, NULL) == 0);
}

// A call that a thread makes, and what it answered.
struct waiting {
    struct worker worker;
    void* word;
    unsigned flags;
    uint64_t expected, mask;
    const struct timespec* deadline;
    atomic_int thread;
    atomic_bool returned;
    long answer;
};
void start_waiting(struct waiting* w);
long answer_of(struct waiting* w);

// The scenarios, by the file that has them.
void words(void);
void old_calls(void);
void left_to_kernel(void);
void signals(void);
void nested_waits(void);
void calls_in_handlers(void);
void processes(void);
void exec_again(void);
void environments(void);
void cancellation(void);
void masks(void);
void user_dispatch(void);
void many_calls(void);
void counted_wakes(void);
void quick_end(void);
void other_error_output(void);
void upstream(void);
void strict(void);
bool kernel_has_numa_words(void);
