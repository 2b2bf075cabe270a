// SPDX-License-Identifier: MIT
// Words of all sizes, of a kernel that has them: what `futex2 run` is for.
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "scenario.h"

// Two words in a row, aligned to what the largest needs.
union memory {
    uint8_t u8[2];
    uint16_t u16[2];
    uint32_t u32[2];
    uint64_t u64[2];
    int8_t i8[2];
    int16_t i16[2];
    int32_t i32[2];
    int64_t i64[2];
} __attribute__((aligned(16)));

static void set(union memory* m, unsigned flags, uint64_t value, int64_t hint) {
    switch (flags & 3) {
        case FUTEX2_SIZE_U8:
            m->u8[0] = (uint8_t)value;
            m->i8[1] = (int8_t)hint;
            break;
        case FUTEX2_SIZE_U16:
            m->u16[0] = (uint16_t)value;
            m->i16[1] = (int16_t)hint;
            break;
        case FUTEX2_SIZE_U32:
            m->u32[0] = (uint32_t)value;
            m->i32[1] = (int32_t)hint;
            break;
        default:
            m->u64[0] = value;
            m->i64[1] = hint;
    }
}

static int64_t hint_of(const union memory* m, unsigned flags) {
    switch (flags & 3) {
        case FUTEX2_SIZE_U8:
            return __atomic_load_n(&m->i8[1], __ATOMIC_SEQ_CST);
        case FUTEX2_SIZE_U16:
            return __atomic_load_n(&m->i16[1], __ATOMIC_SEQ_CST);
        case FUTEX2_SIZE_U32:
            return __atomic_load_n(&m->i32[1], __ATOMIC_SEQ_CST);
        default:
            return __atomic_load_n(&m->i64[1], __ATOMIC_SEQ_CST);
    }
}

static void wait_in_thread(void* memory) {
    struct waiting* w = memory;
    w->thread = (int)syscall(SYS_gettid);
    w->answer = futex_wait(w->word, w->expected, w->mask, w->flags, w->deadline, CLOCK_MONOTONIC);
    w->returned = true;
}

void start_waiting(struct waiting* w) {
    if (w->mask == 0) w->mask = all_of(w->flags);
    start(&w->worker, wait_in_thread, w);
}

long answer_of(struct waiting* w) {
    join(&w->worker);
    return w->answer;
}

static void one_word(unsigned flags) {
    static union memory m;
    const uint64_t value = all_of(flags) - 1;  // a compare of fewer bits would tell
    set(&m, flags, value, -1);
    const struct timespec passed = {0, 0};
    EXPECT_ANSWER(futex_wait(&m, value - 1, all_of(flags), flags, NULL, 0), -EAGAIN);
    EXPECT_ANSWER(futex_wait(&m, value ^ (all_of(flags) / 2 + 1), all_of(flags), flags, NULL, 0),
                  -EAGAIN);
    EXPECT_ANSWER(futex_wait(&m, value, all_of(flags), flags, &passed, CLOCK_MONOTONIC),
                  -ETIMEDOUT);
    EXPECT_ANSWER(futex_wake(&m, all_of(flags), INT_MAX, flags), 0);

    struct waiting w = {.word = &m, .flags = flags, .expected = value, .mask = 6};
    start_waiting(&w);
    while (futex_wake(&m, 4, 1, flags) == 0) {
        EXPECT_ANSWER(futex_wake(&m, 1, 1, flags), 0);
        sched_yield();
    }
    EXPECT_ANSWER(answer_of(&w), 0);
    // Nobody knows when the last of several processes has left a shared word.
    const unsigned private_numa = FUTEX2_PRIVATE | FUTEX2_NUMA;
    if ((flags & private_numa) == private_numa) EXPECT_ANSWER(hint_of(&m, flags), -1);
}

// Shared words of 64 bits have a hint beside them, or are none.
static void shared_words(void) {
    static union memory m;
    for (unsigned size = FUTEX2_SIZE_U8; size <= FUTEX2_SIZE_U64; ++size) {
        one_word(size | FUTEX2_NUMA);
        if (size != FUTEX2_SIZE_U64) one_word(size);
    }
    EXPECT_ANSWER(futex_wait(&m, 0, UINT64_MAX, FUTEX2_SIZE_U64, NULL, 0), -EOPNOTSUPP);
    EXPECT_ANSWER(futex_wake(&m, UINT64_MAX, 1, FUTEX2_SIZE_U64), -EOPNOTSUPP);
}

// Of another process, and by the old calls.
static void shared_with_a_child(void) {
    uint32_t* words = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    EXPECT(words != MAP_FAILED);
    const pid_t child = fork();
    if (child == 0) {
        EXPECT_ANSWER(futex_wait(&words[0], 0, 1, FUTEX2_SIZE_U8, NULL, 0), 0);
        EXPECT_ANSWER(futex_wait(&words[2], 0, UINT32_MAX, FUTEX2_SIZE_U32, NULL, 0), 0);
        EXPECT_ANSWER(futex(&words[3], FUTEX_WAIT, 0, NULL, NULL, 0), 0);
        _exit(0);
    }
    EXPECT(child > 0);
    UNTIL(futex_wake(&words[0], 255, 1, FUTEX2_SIZE_U8) == 1);
    UNTIL(futex(&words[2], FUTEX_WAKE, 1, NULL, NULL, 0) == 1);
    UNTIL(futex_wake(&words[3], UINT32_MAX, 1, FUTEX2_SIZE_U32) == 1);
    int status;
    EXPECT(waitpid(child, &status, 0) == child && status == 0);
    EXPECT(munmap(words, 4096) == 0);
}

static void many_words(void) {
    static union memory m[4];
    struct futex_waitv v[4];
    for (unsigned i = 0; i < 4; ++i) {
        const unsigned flags = i | FUTEX2_PRIVATE | (i % 2 == 0 ? FUTEX2_NUMA : 0);
        set(&m[i], flags, i, -1);
        v[i] = (struct futex_waitv){.val = i, .uaddr = (uintptr_t)&m[i], .flags = flags};
    }
    v[3].val = 4;
    EXPECT_ANSWER(futex_waitv(v, 4, NULL), -EAGAIN);
    v[3].val = 3;
    const struct timespec soon = from_now(CLOCK_MONOTONIC, 1);
    EXPECT_ANSWER(futex_waitv(v, 4, &soon), -ETIMEDOUT);
    EXPECT_ANSWER(futex_waitv(v, 129, NULL), -EINVAL);
}

// A wait on two words, and what it answered.
struct wait_on_two {
    struct worker worker;
    struct futex_waitv* words;
    long answer;
};

static void wait_in_worker(void* memory) {
    struct wait_on_two* w = memory;
    w->answer = futex_waitv(w->words, 2, NULL);
}
static void start_waiting_on(struct wait_on_two* w) {
    start(&w->worker, wait_in_worker, w);
}
static long index_of(struct wait_on_two* w) {
    join(&w->worker);
    return w->answer;
}

static void one_of_many(void) {
    static uint8_t byte;
    static uint64_t wide = 1;
    struct futex_waitv v[2] = {
        {.val = 0, .uaddr = (uintptr_t)&byte, .flags = FUTEX2_SIZE_U8 | FUTEX2_PRIVATE},
        {.val = 1, .uaddr = (uintptr_t)&wide, .flags = FUTEX2_SIZE_U64 | FUTEX2_PRIVATE}};
    struct wait_on_two both = {.words = v};
    start_waiting_on(&both);
    UNTIL(futex_wake(&wide, UINT64_MAX, 1, FUTEX2_SIZE_U64 | FUTEX2_PRIVATE) == 1);
    EXPECT_ANSWER(index_of(&both), 1);
}

// A private word that the kernel does not know, and one that processes share.
static void private_and_shared(void) {
    static uint8_t byte;
    static uint32_t shared;
    struct futex_waitv v[2] = {
        {.val = 0, .uaddr = (uintptr_t)&shared, .flags = FUTEX2_SIZE_U32},
        {.val = 0, .uaddr = (uintptr_t)&byte, .flags = FUTEX2_SIZE_U8 | FUTEX2_PRIVATE}};
    if (futex_waitv(v, 2, &(struct timespec){0, 0}) == -ENOSYS) return;
    for (unsigned woken = 0; woken < 2; ++woken) {
        struct wait_on_two both = {.words = v};
        start_waiting_on(&both);
        if (woken == 0)
            UNTIL(futex(&shared, FUTEX_WAKE, 1, NULL, NULL, 0) == 1);
        else
            UNTIL(futex_wake(&byte, 255, 1, FUTEX2_SIZE_U8 | FUTEX2_PRIVATE) == 1);
        EXPECT_ANSWER(index_of(&both), woken);
    }
}

static void requeued(void) {
    static uint8_t from;
    static uint32_t to;
    struct futex_waitv v[2] = {
        {.val = 1, .uaddr = (uintptr_t)&from, .flags = FUTEX2_SIZE_U8 | FUTEX2_PRIVATE},
        {.val = 0, .uaddr = (uintptr_t)&to, .flags = private32}};
    EXPECT_ANSWER(futex_requeue(v, 0, 1), -EAGAIN);
    v[0].val = 0;
    struct waiting w = {.word = &from, .flags = FUTEX2_SIZE_U8 | FUTEX2_PRIVATE};
    start_waiting(&w);
    UNTIL(futex_requeue(v, 0, 1) == 1);
    EXPECT_ANSWER(futex_wake(&from, 255, 1, FUTEX2_SIZE_U8 | FUTEX2_PRIVATE), 0);
    EXPECT_ANSWER(futex_wake(&to, UINT32_MAX, 1, private32), 1);
    EXPECT_ANSWER(answer_of(&w), 0);
}

// The old calls and the new ones of a 32-bit word meet.
static void both_systems(void) {
    static uint32_t word;
    struct waiting w = {.word = &word, .flags = private32};
    start_waiting(&w);
    UNTIL(futex(&word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0) == 1);
    EXPECT_ANSWER(answer_of(&w), 0);
}

void words(void) {
    for (unsigned size = FUTEX2_SIZE_U8; size <= FUTEX2_SIZE_U64; ++size) {
        one_word(size | FUTEX2_PRIVATE);
        one_word(size | FUTEX2_PRIVATE | FUTEX2_NUMA);
    }
    shared_words();
    shared_with_a_child();
    many_words();
    one_of_many();
    private_and_shared();
    requeued();
    both_systems();
}
