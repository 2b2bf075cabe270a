/* SPDX-License-Identifier: MIT */
/* A user's program: is the library found, is it the one of the headers, does it answer? */
#include <errno.h>
#include <futex2/futex2.h>
#include <stdio.h>
#include <string.h>

#define TEXT_(x) #x
#define TEXT(x) TEXT_(x)
#define VERSION \
    TEXT(FUTEX2_VERSION_MAJOR) "." TEXT(FUTEX2_VERSION_MINOR) "." TEXT(FUTEX2_VERSION_PATCH)

static int failures;

static void expect(const char* what, long got, long wanted) {
    if (got != wanted) {
        fprintf(stderr, "%s: got %ld, wanted %ld\n", what, got, wanted);
        failures = 1;
    }
}

int main(void) {
    struct futex64_numa word = {.value = 7, .hint = FUTEX_NO_NODE};
    const unsigned flags = FUTEX2_SIZE_U64 | FUTEX2_NUMA | FUTEX2_PRIVATE;
    const struct timespec past = {0, 0};

    if (strcmp(futex2_version(), VERSION) != 0) {
        fprintf(stderr, "library %s, headers %s\n", futex2_version(), VERSION);
        failures = 1;
    }
    expect("a value that differs", futex2_wait(&word, 8, UINT64_MAX, flags, NULL, 0), -EAGAIN);
    expect("a deadline that has passed",
           futex2_wait(&word, 7, UINT64_MAX, flags, &past, CLOCK_MONOTONIC), -ETIMEDOUT);
    expect("nobody waits", futex2_store_wake(&word, 9, 1, flags), 0);
    expect("the value stored", (long)word.value, 9);
    expect("the hint afterwards", (long)word.hint, FUTEX_NO_NODE);
    return failures;
}
