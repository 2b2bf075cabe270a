// SPDX-License-Identifier: MIT
// answers SEED CALLS: makes calls of chance, good and bad, of one thread, none of which sleeps,
// and prints each with what it answered and what it left in memory. What the kernel makes of a
// seed, `futex2 run --upstream --strict` must make of it, too: answers.sh compares the two.
#include <inttypes.h>
#include <string.h>
#include <sys/mman.h>

#include "scenario.h"

enum { page = 4096, word_bytes = 64, most_words = 3, skipped = 77 };

static char* memory;     // what stands here is printed
static char* read_only;  // the next page; behind it there is none that can be read
static uint64_t state;

// SplitMix64, of Steele, Lea and Flood.
static uint64_t any(void) {
    uint64_t z = state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}
static unsigned below(unsigned n) {
    return (unsigned)(any() >> 32) % n;
}
static bool once_in(unsigned n) {
    return below(n) == 0;
}
#define ONE_OF(...) \
    ((const uint64_t[]){__VA_ARGS__})[below(sizeof((const uint64_t[]){__VA_ARGS__}) / 8)]

static uint64_t any_address(void) {
    char* const nothing = read_only + page;
    if (!once_in(4)) return (uintptr_t)memory + 8 * below(word_bytes / 8);
    switch (below(6)) {
        case 0:
            return (uintptr_t)memory + below(word_bytes);
        case 1:
            return (uintptr_t)read_only + 8 * below(8);
        case 2:
            return (uintptr_t)nothing + 8 * below(8);
        case 3:
            return 8 * below(3);
        case 4:
            return UINT64_C(1) << (47 + below(17));
        default:
            return ONE_OF(UINT64_MAX, UINT64_MAX - 15);
    }
}

static unsigned any_flags(void) {
    unsigned flags = once_in(8) ? below(4) : FUTEX2_SIZE_U32;
    if (!once_in(4)) flags |= FUTEX2_PRIVATE;
    if (once_in(3)) flags |= FUTEX2_NUMA;
    if (once_in(16)) flags |= 1u << below(32);
    return flags;
}

static uint64_t any_value(void) {
    return once_in(16) ? any() : once_in(8) ? any() >> 32 : below(3);
}
static uint64_t any_mask(void) {
    return once_in(8) ? ONE_OF(0, UINT64_MAX, UINT64_C(1) << 32, 255) : UINT32_MAX;
}
static int any_count(void) {
    return (int)ONE_OF(0, 1, 1, 2, INT_MAX, UINT32_MAX, 0x80000000);
}

// One that has passed, or a bad one.
static const struct timespec* any_deadline(void) {
    static struct timespec t;
    t = (struct timespec){0, 0};
    switch (below(16)) {
        case 0:
            t.tv_nsec = (long)ONE_OF(UINT64_MAX, 999999999, 1000000000);
            return &t;
        case 1:
            t.tv_sec = -1;
            return &t;
        case 2:
            return (const void*)(read_only + page + 8);
        default:
            return &t;
    }
}
static clockid_t any_clock(void) {
    return once_in(8) ? (clockid_t)ONE_OF(2, 7, UINT32_MAX) : (clockid_t)below(2);
}

static struct futex_waitv any_entry(void) {
    struct futex_waitv v = {.val = any_value(), .uaddr = any_address(), .flags = any_flags()};
    if (once_in(32)) v.__reserved = 1;
    return v;
}

static long wait_on_many(char* text) {
    struct futex_waitv v[most_words];
    for (int i = 0; i < most_words; ++i) v[i] = any_entry();
    const unsigned n = once_in(16) ? (unsigned)ONE_OF(0, 129, UINT32_MAX) : 1 + below(most_words);
    const unsigned flags = once_in(16) ? 1 + below(9) : 0;
    sprintf(text, "waitv %u", n);
    return answer(syscall(nr_waitv, once_in(32) ? NULL : v, n, flags, any_deadline(), any_clock()));
}

static long requeue(char* text) {
    struct futex_waitv v[2] = {any_entry(), any_entry()};
    if (!once_in(4)) v[1].flags = v[0].flags;
    const unsigned flags = once_in(16) ? 1 + below(9) : 0;
    const int wake = any_count(), move = any_count();
    sprintf(text, "requeue %#x %#x %d %d", v[0].flags, v[1].flags, wake, move);
    return answer(syscall(nr_requeue, once_in(32) ? NULL : v, flags, wake, move));
}

static long wait_on_one(char* text) {
    const uint64_t address = any_address(), value = any_value(), mask = any_mask();
    const unsigned flags = any_flags();
    sprintf(text, "wait %#x", flags);
    return answer(syscall(nr_wait, address, value, mask, flags, any_deadline(), any_clock()));
}

static long wake_one(char* text) {
    const uint64_t address = any_address(), mask = any_mask();
    const int count = any_count();
    const unsigned flags = any_flags();
    sprintf(text, "wake %#x %d", flags, count);
    return answer(syscall(nr_wake, address, mask, count, flags));
}

// Not of priority inheritance: those sleep.
static long old_call(char* text) {
    static const int waits[] = {FUTEX_WAIT, FUTEX_WAIT_BITSET};
    static const int others[] = {
        FUTEX_WAKE, FUTEX_WAKE_BITSET, FUTEX_REQUEUE, FUTEX_CMP_REQUEUE, FUTEX_WAKE_OP, FUTEX_FD,
        20};
    const bool waits_now = once_in(3);
    int op = waits_now ? waits[below(2)] : others[below(7)];
    if (!once_in(8)) op |= FUTEX_PRIVATE_FLAG;
    if (once_in(8)) op |= FUTEX_CLOCK_REALTIME;
    const uint64_t first = any_address(), second = any_address(), value = any_value();
    // A count's upper half is not looked at; nor would a pointer be one.
    const uint64_t fourth = waits_now ? (uintptr_t)any_deadline() : (unsigned)any_count();
    const uint64_t third = once_in(2) ? any_value() : any();
    sprintf(text, "futex %d", op);
    return answer(syscall(SYS_futex, first, op, value, fourth, second, third));
}

static void make_memory(void) {
    char* all = mmap(NULL, 3 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    EXPECT(all != MAP_FAILED);
    memory = all;
    read_only = all + page;
    for (int i = 0; i < word_bytes; ++i) read_only[i] = (char)(i % 8 < 4 ? 0 : 0xff);
    EXPECT(mprotect(read_only, page, PROT_READ) == 0);
    EXPECT(mprotect(read_only + page, page, PROT_NONE) == 0);
}

// Small values, and hints that there are and that there are not.
static void set_words(void) {
    for (int i = 0; i < word_bytes; i += 4) {
        const uint32_t value = (uint32_t)ONE_OF(0, 0, 1, UINT32_MAX, UINT32_MAX, 0xfffffffe, 5000);
        memcpy(memory + i, &value, sizeof value);
    }
}

static void print_words(void) {
    for (int i = 0; i < word_bytes; i += 4) {
        uint32_t value;
        memcpy(&value, memory + i, sizeof value);
        printf(" %" PRIx32, value);
    }
}

static void one_call(unsigned i) {
    static long (*const calls[])(char*) = {wait_on_one, wake_one, wait_on_many,
                                           requeue,     old_call, old_call};
    char text[128];
    set_words();
    const long result = calls[below(6)](text);
    printf("%u %s: %ld,", i, text, result);
    print_words();
    putchar('\n');
}

// The same of both programs: the node that a hint gets is its CPU's.
static void stay_on_first_cpu(void) {
    cpu_set_t all, first;
    EXPECT(sched_getaffinity(0, sizeof all, &all) == 0);
    unsigned cpu = 0;
    while (!CPU_ISSET(cpu, &all)) ++cpu;
    CPU_ZERO(&first);
    CPU_SET(cpu, &first);
    EXPECT(sched_setaffinity(0, sizeof first, &first) == 0);
}

int main(int argc, char** argv) {
    const uint32_t word[2] __attribute__((aligned(8))) = {0, 0};
    if (argc != 3) return 2;
    stay_on_first_cpu();
    if (futex_wake(word, UINT32_MAX, 0, private32 | FUTEX2_NUMA) != 0) return skipped;
    state = strtoull(argv[1], NULL, 10);
    make_memory();
    for (unsigned i = 0, n = (unsigned)strtoul(argv[2], NULL, 10); i < n; ++i) one_call(i);
    return 0;
}
