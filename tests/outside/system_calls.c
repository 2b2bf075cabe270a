// SPDX-License-Identifier: MIT
// The selftests' system calls, each done by this library where it can be, else by the kernel.
//
// Linked with --wrap=syscall: what a selftest calls syscall() is __wrap_syscall() here. This
// library must be linked shared, so that its own calls are not wrapped.
#define _GNU_SOURCE
#include <errno.h>
#include <futex2/futex2.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "quiet.h"

long __real_syscall(long number, ...);
long __wrap_syscall(long number, ...);

static atomic_int calls_of_library;
static atomic_int calls_of_kernel;

// Relative timeouts are that much longer: only a test of the timeout itself may run into one.
enum { stretch = 100 };

static const long nanoseconds = 1000000000;

/// Whether the address lies in a mapping that is private to this process.
static bool in_private_mapping(uintptr_t address) {
    FILE* maps = fopen("/proc/self/maps", "re");
    if (maps == NULL) return false;
    bool found = false;
    unsigned long begin, end;
    char sharing;  // the fourth letter of "rw-p"
    while (!found && fscanf(maps, "%lx-%lx %*3c%c%*[^\n]", &begin, &end, &sharing) == 3)
        found = begin <= address && address < end && sharing == 'p';
    fclose(maps);
    return found;
}

// Without FUTEX_PRIVATE_FLAG, too, the kernel knows a word in such a mapping by process and
// address.
static bool is_private(uintptr_t word, unsigned flags) {
    return (flags & FUTEX_PRIVATE_FLAG) != 0 || in_private_mapping(word);
}

static long with_errno(int result) {
    if (result >= 0) return result;
    errno = -result;
    return -1;
}

static struct timespec stretched(const struct timespec* timeout) {
    const long rest = timeout->tv_nsec * stretch;
    return (struct timespec){timeout->tv_sec * stretch + rest / nanoseconds, rest % nanoseconds};
}

static struct timespec deadline_after(const struct timespec* timeout, clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    const long rest = now.tv_nsec + timeout->tv_nsec;
    return (struct timespec){now.tv_sec + timeout->tv_sec + rest / nanoseconds, rest % nanoseconds};
}

/// The arguments of futex(2).
struct futex_call {
    uintptr_t word;
    int operation;
    uint32_t value;
    union {
        const struct timespec* timeout;
        long count;
    };
    uintptr_t second_word;
    uint32_t third_value;
};

static int command(const struct futex_call* c) {
    return c->operation & FUTEX_CMD_MASK;
}

static clockid_t clock_of(const struct futex_call* c) {
    return (c->operation & FUTEX_CLOCK_REALTIME) != 0 ? CLOCK_REALTIME : CLOCK_MONOTONIC;
}

static int wait_until(const struct futex_call* c, uint32_t mask, const struct timespec* deadline) {
    return futex2_wait((void*)c->word, c->value, mask, FUTEX2_SIZE_U32 | FUTEX2_PRIVATE, deadline,
                       clock_of(c));
}

static int wait_relative(const struct futex_call* c) {
    if (c->timeout == NULL) return wait_until(c, FUTEX_BITSET_MATCH_ANY, NULL);
    const struct timespec deadline = deadline_after(c->timeout, clock_of(c));
    return wait_until(c, FUTEX_BITSET_MATCH_ANY, &deadline);
}

static int compare_and_requeue(const struct futex_call* c) {
    const uint32_t flags = FUTEX2_SIZE_U32 | FUTEX2_PRIVATE;
    struct futex_waitv from_to[] = {{c->third_value, c->word, flags, 0},
                                    {0, c->second_word, flags, 0}};
    return futex2_requeue(from_to, 0, (int)c->value, (int)c->count);
}

static bool is_for_library(const struct futex_call* c) {
    const unsigned flags = (unsigned)c->operation;
    switch (command(c)) {
        case FUTEX_WAIT:
        case FUTEX_WAIT_BITSET:
        case FUTEX_WAKE:
            return is_private(c->word, flags);
        case FUTEX_CMP_REQUEUE:
            return is_private(c->word, flags) && is_private(c->second_word, flags);
        default:
            return false;
    }
}

static long futex(struct futex_call c) {
    struct timespec timeout;
    if (command(&c) == FUTEX_WAIT && c.timeout != NULL) {
        timeout = stretched(c.timeout);
        c.timeout = &timeout;
    }
    if (!is_for_library(&c)) {
        atomic_fetch_add(&calls_of_kernel, 1);
        return __real_syscall(SYS_futex, c.word, c.operation, c.value, c.timeout, c.second_word,
                              c.third_value);
    }
    atomic_fetch_add(&calls_of_library, 1);
    switch (command(&c)) {
        case FUTEX_WAIT:
            return with_errno(wait_relative(&c));
        case FUTEX_WAIT_BITSET:
            return with_errno(wait_until(&c, c.third_value, c.timeout));
        case FUTEX_WAKE:
            return with_errno(futex2_wake((void*)c.word, FUTEX_BITSET_MATCH_ANY, (int)c.value,
                                          FUTEX2_SIZE_U32 | FUTEX2_PRIVATE));
        default:
            return with_errno(compare_and_requeue(&c));
    }
}

/// Copies the words with FUTEX2_PRIVATE; false if one of them is not private.
static bool as_private(struct futex_waitv* copy, const struct futex_waitv* words, unsigned n) {
    for (unsigned i = 0; i < n; ++i) {
        copy[i] = words[i];
        copy[i].flags |= FUTEX2_PRIVATE;
        if (!is_private((uintptr_t)words[i].uaddr, words[i].flags)) return false;
    }
    return true;
}

static long waitv(struct futex_waitv* words, unsigned n, unsigned flags,
                  const struct timespec* deadline, clockid_t clock) {
    struct futex_waitv copy[FUTEX_WAITV_MAX];
    if (words != NULL && n <= FUTEX_WAITV_MAX) {
        if (!as_private(copy, words, n)) {
            atomic_fetch_add(&calls_of_kernel, 1);
            return __real_syscall(SYS_futex_waitv, words, n, flags, deadline, clock);
        }
        words = copy;
    }
    atomic_fetch_add(&calls_of_library, 1);
    return with_errno(futex2_waitv(words, n, flags, deadline, clock));
}

// The types are those of the selftests' wrappers; what they overload is read as a long, as
// syscall() itself does.
long __wrap_syscall(long number, ...) {
    va_list arguments;
    va_start(arguments, number);
    long result = -1;
    if (number == SYS_futex) {
        struct futex_call c = {0};
        c.word = va_arg(arguments, uintptr_t);
        c.operation = va_arg(arguments, int);
        c.value = va_arg(arguments, uint32_t);
        c.count = va_arg(arguments, long);
        c.second_word = va_arg(arguments, uintptr_t);
        c.third_value = va_arg(arguments, uint32_t);
        result = futex(c);
    } else if (number == SYS_futex_waitv) {
        struct futex_waitv* words = va_arg(arguments, struct futex_waitv*);
        const unsigned n = (unsigned)va_arg(arguments, unsigned long);
        const unsigned flags = (unsigned)va_arg(arguments, unsigned long);
        const struct timespec* deadline = va_arg(arguments, const struct timespec*);
        result = waitv(words, n, flags, deadline, va_arg(arguments, clockid_t));
    } else {
        fprintf(stderr, "not ok: system call %ld is unknown here\n", number);
        errno = ENOSYS;
    }
    va_end(arguments);
    return result;
}

// Said last. Threads that main() did not join may have a call, or a verdict, to come.
static void __attribute__((destructor)) say_who_was_called(void) {
    if (gettid() == getpid()) until_quiet();
    printf("# calls: library %d, kernel %d\n", calls_of_library, calls_of_kernel);
}
