// SPDX-License-Identifier: MIT
// Where this library differs from the kernel on purpose, and --upstream and --strict make up
// for it: run without this library, too, where the kernel has NUMA words.
#include <sys/mman.h>

#include "scenario.h"

enum { numa32 = private32 | FUTEX2_NUMA };

struct numa_word {
    uint32_t value;
    int32_t hint;
} __attribute__((aligned(8)));

bool kernel_has_numa_words(void) {
    struct numa_word word = {0, -1};
    return futex_wake(&word, UINT32_MAX, 0, numa32) == 0;
}

static void sizes(unsigned other_flags) {
    static uint64_t word[2];
    const struct timespec passed = {0, 0};
    for (unsigned size = FUTEX2_SIZE_U8; size <= FUTEX2_SIZE_U64; ++size) {
        const unsigned flags = size | other_flags;
        const bool known = size == FUTEX2_SIZE_U32;
        EXPECT_ANSWER(futex_wait(word, 0, 1, flags, &passed, CLOCK_MONOTONIC),
                      known ? -ETIMEDOUT : -EINVAL);
        EXPECT_ANSWER(futex_wake(word, 1, 1, flags), known ? 0 : -EINVAL);
        const struct futex_waitv v[2] = {{.uaddr = (uintptr_t)word, .flags = flags},
                                         {.uaddr = (uintptr_t)word, .flags = flags}};
        // Two shared ones need the kernel's own call.
        const unsigned n = (flags & FUTEX2_PRIVATE) != 0 ? 2 : 1;
        EXPECT_ANSWER(futex_waitv(v, n, &passed), known ? -ETIMEDOUT : -EINVAL);
        EXPECT_ANSWER(futex_requeue(v, 1, 1), known ? 0 : -EINVAL);
    }
}

// A node is given as soon as a call looks at the word, and stays.
static void hints(unsigned flags) {
    struct numa_word word = {5, -1}, second = {0, -1};
    EXPECT_ANSWER(futex_wait(&word, 4, UINT32_MAX, flags, NULL, 0), -EAGAIN);
    EXPECT(word.hint >= 0);
    word.hint = -1;
    EXPECT_ANSWER(futex_wake(&word, UINT32_MAX, 0, flags), 0);
    EXPECT(word.hint >= 0);
    word.hint = -1;
    const struct futex_waitv v[2] = {{.val = 4, .uaddr = (uintptr_t)&word, .flags = flags},
                                     {.uaddr = (uintptr_t)&second, .flags = flags}};
    const long answer = futex_waitv(v, 2, NULL);
    if (answer != -ENOSYS || (flags & FUTEX2_PRIVATE) != 0) {
        EXPECT_ANSWER(answer, -EAGAIN);
        EXPECT(word.hint >= 0 && second.hint >= 0);
    }
    word.hint = second.hint = -1;
    EXPECT_ANSWER(futex_requeue(v, 1, 1), -EAGAIN);
    EXPECT(word.hint >= 0 && second.hint >= 0);

    struct waiting w = {.word = &word, .flags = flags, .expected = 5};
    word.hint = -1;
    start_waiting(&w);
    UNTIL(futex_wake(&word, UINT32_MAX, 1, flags) == 1);
    EXPECT_ANSWER(answer_of(&w), 0);
    EXPECT(word.hint >= 0);
    // What is wrong besides comes first.
    word.hint = -1;
    EXPECT_ANSWER(futex_wait(&word, 5, 0, flags, NULL, 0), -EINVAL);
    EXPECT_ANSWER(futex_wake(&word, 0, 1, flags), -EINVAL);
    EXPECT_ANSWER(word.hint, -1);
}

void upstream(void) {
    sizes(FUTEX2_PRIVATE);
    sizes(0);
    hints(numa32);
    hints(numa32 & ~(unsigned)FUTEX2_PRIVATE);
}

static void* pages(size_t bytes) {
    void* memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    EXPECT(memory != MAP_FAILED);
    return memory;
}

static void faults_of_waits(char* nothing) {
    static uint32_t word;
    const struct timespec* no_time = (void*)(nothing + 8);
    EXPECT_ANSWER(futex_wait(nothing, 0, 1, private32, NULL, 0), -EFAULT);
    EXPECT_ANSWER(futex_wait(nothing, 0, 1, numa32, NULL, 0), -EFAULT);
    EXPECT_ANSWER(futex_wait(NULL, 0, 1, private32, NULL, 0), -EFAULT);
    EXPECT_ANSWER(futex_wait(nothing + 1, 0, 1, private32, NULL, 0), -EINVAL);
    EXPECT_ANSWER(futex_wait(nothing, 0, 0, private32, NULL, 0), -EINVAL);
    EXPECT_ANSWER(futex_wait(&word, 0, 1, private32, no_time, CLOCK_MONOTONIC), -EFAULT);
    EXPECT_ANSWER(futex_wait(&word, 0, 0, private32, no_time, CLOCK_MONOTONIC), -EFAULT);
    EXPECT_ANSWER(futex_wait(&word, 0, 1, private32, no_time, 99), -EINVAL);
    EXPECT_ANSWER(futex_wait(&word, 0, UINT64_MAX, private32, no_time, CLOCK_MONOTONIC), -EINVAL);
    EXPECT_ANSWER(futex(nothing, FUTEX_WAIT_PRIVATE, 0, NULL, NULL, 0), -EFAULT);
    EXPECT_ANSWER(futex(&word, FUTEX_WAIT_PRIVATE, 1, no_time, NULL, 0), -EFAULT);
    EXPECT_ANSWER(futex(&word, FUTEX_WAIT_BITSET_PRIVATE, 1, no_time, NULL, 0), -EFAULT);
}

static void faults_of_wakes(char* nothing) {
    static uint32_t word;
    EXPECT_ANSWER(futex_wake(nothing, 1, 1, private32), 0);
    EXPECT_ANSWER(futex_wake(nothing, 1, 1, numa32), -EFAULT);
    EXPECT_ANSWER(futex_wake(nothing, 0, 1, numa32), -EINVAL);
    EXPECT_ANSWER(futex(nothing, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0), 0);
    EXPECT_ANSWER(futex(&word, FUTEX_WAKE_OP_PRIVATE, 1, NULL, nothing, 0), -EFAULT);
    EXPECT_ANSWER(futex(nothing, FUTEX_WAKE_OP_PRIVATE, 1, NULL, &word, 0), 0);
}

static void faults_of_many(char* nothing) {
    uint32_t word = 1;
    struct futex_waitv v[2] = {{.val = 0, .uaddr = (uintptr_t)&word, .flags = private32},
                               {.val = 0, .uaddr = (uintptr_t)nothing, .flags = private32}};
    const struct timespec* no_time = (void*)(nothing + 8);
    EXPECT_ANSWER(futex_waitv(v, 2, NULL), -EAGAIN);
    EXPECT_ANSWER(futex_waitv(v, 2, no_time), -EFAULT);
    EXPECT_ANSWER(futex_waitv((void*)nothing, 1, NULL), -EFAULT);
    EXPECT_ANSWER(futex_requeue(v, 1, 1), -EAGAIN);
    v[0].val = 1;
    EXPECT_ANSWER(futex_waitv(v, 2, NULL), -EFAULT);
    EXPECT_ANSWER(futex_requeue(v, 1, 1), 0);
    v[1].uaddr += 1;
    EXPECT_ANSWER(futex_waitv(v, 2, NULL), -EINVAL);
    v[0].uaddr = (uintptr_t)nothing;
    EXPECT_ANSWER(futex_requeue(v, 1, 1), -EINVAL);
    v[1].uaddr -= 1;
    EXPECT_ANSWER(futex_requeue(v, 1, 1), -EFAULT);
    EXPECT_ANSWER(futex_requeue((void*)nothing, 1, 1), -EFAULT);
    EXPECT_ANSWER(futex(nothing, FUTEX_CMP_REQUEUE_PRIVATE, 1, NULL, &word, 0), -EFAULT);
    EXPECT_ANSWER(futex(nothing, FUTEX_REQUEUE_PRIVATE, 1, (void*)1, &word, 0), 0);
    EXPECT_ANSWER(futex(nothing, FUTEX_REQUEUE_PRIVATE, UINT32_MAX, (void*)1, &word, 0), -EINVAL);
    EXPECT_ANSWER(futex(nothing + 1, FUTEX_REQUEUE_PRIVATE, 1, (void*)1, &word, 0), -EINVAL);
    EXPECT_ANSWER(futex(&word, FUTEX_REQUEUE_PRIVATE, 1, (void*)1, nothing + 1, 0), -EINVAL);
    // An array of which the second half is missing.
    struct futex_waitv* last = (struct futex_waitv*)(nothing - sizeof v[0]);
    *last = (struct futex_waitv){.val = 0, .uaddr = (uintptr_t)&word, .flags = private32};
    EXPECT_ANSWER(futex_waitv(last, 2, NULL), -EFAULT);
    last->flags = 1 << 20;
    EXPECT_ANSWER(futex_waitv(last, 2, NULL), -EINVAL);
}

static void read_only_words(void) {
    struct numa_word* word = pages(4096);
    *word = (struct numa_word){0, -1};
    word[1] = (struct numa_word){0, 0};
    EXPECT(mprotect(word, 4096, PROT_READ) == 0);
    const struct timespec passed = {0, 0};
    EXPECT_ANSWER(futex_wait(word, 0, 1, numa32, &passed, CLOCK_MONOTONIC), -EFAULT);
    EXPECT_ANSWER(futex_wait(word + 1, 0, 1, numa32, &passed, CLOCK_MONOTONIC), -ETIMEDOUT);
    EXPECT_ANSWER(futex_wait(word, 0, 1, private32, &passed, CLOCK_MONOTONIC), -ETIMEDOUT);
    EXPECT_ANSWER(futex_wake(word, 1, 1, numa32), -EFAULT);
}

void strict(void) {
    char* nothing = (char*)pages(8192) + 4096;
    EXPECT(mprotect(nothing, 4096, PROT_NONE) == 0);
    faults_of_waits(nothing);
    faults_of_wakes(nothing);
    faults_of_many(nothing);
    read_only_words();
}
