// SPDX-License-Identifier: MIT
// The operations of futex(2), of which each answer is the kernel's: run without this library,
// too, these scenarios must hold.
#include <sys/mman.h>

#include "scenario.h"

static uint32_t word, second;

static void old_wait(void* memory) {
    struct waiting* w = memory;
    w->thread = (int)syscall(SYS_gettid);
    w->answer = futex(w->word, FUTEX_WAIT_PRIVATE, (uint32_t)w->expected, w->deadline, NULL, 0);
    w->returned = true;
}

static void start_old(struct waiting* w) {
    start(&w->worker, old_wait, w);
}

// With a count of 0 one is woken.
static void wakes(void) {
    word = 0;
    for (int count = -1; count <= 1; ++count) {
        struct waiting w[2] = {{.word = &word}, {.word = &word}};
        start_old(&w[0]);
        start_old(&w[1]);
        for (int woken = 0; woken < 2;) {
            const long n = futex(&word, FUTEX_WAKE_PRIVATE, (uint32_t)count, NULL, NULL, 0);
            EXPECT(n == 0 || n == 1);
            woken += (int)n;
        }
        EXPECT_ANSWER(answer_of(&w[0]), 0);
        EXPECT_ANSWER(answer_of(&w[1]), 0);
    }
    EXPECT_ANSWER(futex(&word, FUTEX_WAKE_PRIVATE, INT_MAX, NULL, NULL, 0), 0);
    EXPECT_ANSWER(futex((char*)&word + 1, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0), -EINVAL);
    EXPECT_ANSWER(futex(NULL, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0), 0);
    EXPECT_ANSWER(futex((void*)-4096, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0), -EFAULT);
}

static void bits_wait(void* memory) {
    struct waiting* w = memory;
    w->answer = futex(w->word, FUTEX_WAIT_BITSET_PRIVATE, 0, NULL, NULL, 6);
}

static void bitsets(void) {
    word = 0;
    struct waiting w = {.word = &word};
    start(&w.worker, bits_wait, &w);
    while (futex(&word, FUTEX_WAKE_BITSET_PRIVATE, 1, NULL, NULL, 4) == 0) {
        EXPECT_ANSWER(futex(&word, FUTEX_WAKE_BITSET_PRIVATE, 1, NULL, NULL, 1), 0);
        sched_yield();
    }
    EXPECT_ANSWER(answer_of(&w), 0);
    EXPECT_ANSWER(futex(&word, FUTEX_WAKE_BITSET_PRIVATE, 1, NULL, NULL, 0), -EINVAL);
    EXPECT_ANSWER(futex(&word, FUTEX_WAIT_BITSET_PRIVATE, 0, NULL, NULL, 0), -EINVAL);
}

static void timeouts(void) {
    word = 0;
    const struct timespec soon = {0, 2000000}, bad = {0, 1000000000}, negative = {-1, 0};
    const struct timespec before = from_now(CLOCK_MONOTONIC, 2);
    EXPECT_ANSWER(futex(&word, FUTEX_WAIT_PRIVATE, 0, &soon, NULL, 0), -ETIMEDOUT);
    const struct timespec after = from_now(CLOCK_MONOTONIC, 0);
    EXPECT(after.tv_sec > before.tv_sec ||
           (after.tv_sec == before.tv_sec && after.tv_nsec >= before.tv_nsec));
    EXPECT_ANSWER(futex(&word, FUTEX_WAIT_PRIVATE, 1, &soon, NULL, 0), -EAGAIN);
    EXPECT_ANSWER(futex(&word, FUTEX_WAIT_PRIVATE, 0, &bad, NULL, 0), -EINVAL);
    EXPECT_ANSWER(futex(&word, FUTEX_WAIT_PRIVATE, 1, &negative, NULL, 0), -EINVAL);
    EXPECT_ANSWER(futex((char*)&word + 2, FUTEX_WAIT_PRIVATE, 1, &soon, NULL, 0), -EINVAL);
    for (int realtime = 0; realtime < 2; ++realtime) {
        const struct timespec until = from_now(realtime != 0 ? CLOCK_REALTIME : CLOCK_MONOTONIC, 2);
        const int op = FUTEX_WAIT_BITSET_PRIVATE | (realtime != 0 ? FUTEX_CLOCK_REALTIME : 0);
        EXPECT_ANSWER(futex(&word, op, 0, &until, NULL, FUTEX_BITSET_MATCH_ANY), -ETIMEDOUT);
    }
    // A timeout beyond the end of time.
    const struct timespec longest = {LONG_MAX, 999999999};
    struct waiting w = {.word = &word, .deadline = &longest};
    start_old(&w);
    UNTIL(futex(&word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0) == 1);
    EXPECT_ANSWER(answer_of(&w), 0);
    // No wait of CLOCK_REALTIME has a relative timeout.
    EXPECT_ANSWER(futex(&word, FUTEX_WAIT_PRIVATE | FUTEX_CLOCK_REALTIME, 0, &soon, NULL, 0),
                  -ENOSYS);
}

static void requeues(void) {
    for (int compare = 0; compare < 2; ++compare) {
        const int op = compare != 0 ? FUTEX_CMP_REQUEUE_PRIVATE : FUTEX_REQUEUE_PRIVATE;
        word = 5;
        EXPECT_ANSWER(futex(&word, op, 0, (void*)1, &second, 6), compare != 0 ? -EAGAIN : 0);
        EXPECT_ANSWER(futex(&word, op, (uint32_t)-1, (void*)1, &second, 5), -EINVAL);
        EXPECT_ANSWER(futex(&word, op, 0, (void*)0xffffffff, &second, 5), -EINVAL);
        EXPECT_ANSWER(futex(&word, op, 0, (void*)1, (char*)&second + 1, 5), -EINVAL);
        struct waiting w[3] = {{.word = &word, .expected = 5},
                               {.word = &word, .expected = 5},
                               {.word = &word, .expected = 5}};
        for (int i = 0; i < 3; ++i) start_old(&w[i]);
        for (long done = 0; done < 3;) done += futex(&word, op, done == 0, (void*)1, &second, 5);
        // One was woken, two were moved. A waiter that the kernel's scheduler wakes for no reason
        // waits on its first word again, wherever it has been moved to.
        const bool by_kernel = getenv("LD_PRELOAD") == NULL;
        const long left = futex(&word, FUTEX_WAKE_PRIVATE, INT_MAX, NULL, NULL, 0);
        EXPECT(left == 0 || by_kernel);
        long woken = left + futex(&second, FUTEX_WAKE_PRIVATE, INT_MAX, NULL, NULL, 0);
        EXPECT(woken == 2 || by_kernel);
        UNTIL((woken += futex(&word, FUTEX_WAKE_PRIVATE, INT_MAX, NULL, NULL, 0)) == 2);
        for (int i = 0; i < 3; ++i) EXPECT_ANSWER(answer_of(&w[i]), 0);
    }
}

static atomic_bool counted_enough;

static void count_up(void* at) {
    while (!counted_enough) __atomic_fetch_add((uint32_t*)at, 1, __ATOMIC_RELAXED);
}

// FUTEX_REQUEUE does not read the word: it need not be there.
static void requeue_of_a_word_that_is_gone(void) {
    const size_t page = 4096;
    void* gone = mmap(NULL, page, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    EXPECT(gone != MAP_FAILED && munmap(gone, page) == 0);
    EXPECT_ANSWER(futex(gone, FUTEX_REQUEUE_PRIVATE, 1, (void*)1, &second, 0), 0);
}

// Nor does it compare, so that it ends while another thread changes the word.
static void requeue_of_a_word_that_changes(void) {
    struct worker w;
    word = 0;
    start(&w, count_up, &word);
    UNTIL(__atomic_load_n(&word, __ATOMIC_RELAXED) != 0);
    for (int i = 0; i < 100000; ++i)
        EXPECT_ANSWER(futex(&word, FUTEX_REQUEUE_PRIVATE, 0, (void*)1, &second, 0), 0);
    counted_enough = true;
    join(&w);
}

// What the operation leaves in the second word, and whether it is woken.
static const struct {
    int op, operand, comparison, comparand;
    uint32_t before, after;
    bool holds;
} operations[] = {
    {FUTEX_OP_SET, 7, FUTEX_OP_CMP_EQ, 3, 3, 7, true},
    {FUTEX_OP_ADD, -1, FUTEX_OP_CMP_NE, 3, 3, 2, false},
    {FUTEX_OP_ADD, 0x7ff, FUTEX_OP_CMP_LT, 0, 0xffffffff, 0x7fe, true},
    {FUTEX_OP_OR, 0x10, FUTEX_OP_CMP_LE, -2, 0xffffffff, 0xffffffff, false},
    {FUTEX_OP_ANDN, -2048, FUTEX_OP_CMP_GT, -2048, 0xfffff7ff, 0x7ff, false},
    {FUTEX_OP_XOR, 6, FUTEX_OP_CMP_GE, -2048, 0xfffff800, 0xfffff806, true},
    {FUTEX_OP_SET | FUTEX_OP_OPARG_SHIFT, 31, FUTEX_OP_CMP_GT, 0, 1, 0x80000000, true},
    {FUTEX_OP_ADD | FUTEX_OP_OPARG_SHIFT, 4, FUTEX_OP_CMP_GE, 1, 0, 16, false},
};

static void wake_ops(void) {
    word = 0;
    for (size_t i = 0; i < sizeof operations / sizeof *operations; ++i) {
        second = operations[i].before;
        const uint32_t code = (uint32_t)FUTEX_OP(
            (uint32_t)operations[i].op, (uint32_t)operations[i].operand,
            (uint32_t)operations[i].comparison, (uint32_t)operations[i].comparand);
        struct waiting w[2] = {{.word = &word}, {.word = &second, .expected = second}};
        start_old(&w[0]);
        start_old(&w[1]);
        // Both sleep when a requeue of each to itself counts it.
        UNTIL(futex(&word, FUTEX_CMP_REQUEUE_PRIVATE, 0, (void*)1, &word, 0) == 1);
        UNTIL(futex(&second, FUTEX_CMP_REQUEUE_PRIVATE, 0, (void*)1, &second, second) == 1);
        EXPECT_ANSWER(futex(&word, FUTEX_WAKE_OP_PRIVATE, 0, NULL, &second, code),
                      operations[i].holds ? 2 : 1);
        EXPECT_ANSWER(second, operations[i].after);
        EXPECT_ANSWER(futex(&second, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0),
                      operations[i].holds ? 0 : 1);
        EXPECT_ANSWER(answer_of(&w[0]), 0);
        EXPECT_ANSWER(answer_of(&w[1]), 0);
    }
    second = 1;
    EXPECT_ANSWER(futex(&word, FUTEX_WAKE_OP_PRIVATE, 1, NULL, &second, 5u << 28 | 2 << 12),
                  -ENOSYS);
    EXPECT_ANSWER(second, 1);
    // There is no such comparison, but the operation is done.
    EXPECT_ANSWER(futex(&word, FUTEX_WAKE_OP_PRIVATE, 1, NULL, &second, 6u << 24 | 2 << 12),
                  -ENOSYS);
    EXPECT_ANSWER(second, 2);
    EXPECT_ANSWER(futex(&word, FUTEX_WAKE_OP_PRIVATE, 1, NULL, (char*)&second + 1, 0), -EINVAL);
}

void old_calls(void) {
    wakes();
    bitsets();
    timeouts();
    requeues();
    requeue_of_a_word_that_is_gone();
    requeue_of_a_word_that_changes();
    wake_ops();
}
