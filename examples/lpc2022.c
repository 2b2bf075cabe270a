/* SPDX-License-Identifier: MIT */
/*
 * The example of "futex2: add NUMA awareness", as it was shown at the Linux
 * Plumbers Conference 2022, made into a program: one thread waits, another wakes
 * it, and the word tells on which node the waiter was queued. It is C and C++.
 */
#include <futex2/lpc.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

struct futex32_numa f = {.value = 0, .hint = -1};

static int hint(void) {
    return __atomic_load_n(&f.hint, __ATOMIC_ACQUIRE);
}

static void* wait_for_a_value(void* unused) {
    while (__atomic_load_n(&f.value, __ATOMIC_ACQUIRE) == 0) {
        futex_wait(&f, 0, FUTEX_NUMA | FUTEX_32, NULL);
    }
    return unused;
}

static void fail(const char* what) {
    fprintf(stderr, "lpc2022: %s\n", what);
    exit(EXIT_FAILURE);
}

int main(void) {
    const time_t patience = time(NULL) + 30;
    pthread_t waiter;
    int woken;

    printf("hint before: %d\n", hint());
    if (pthread_create(&waiter, NULL, wait_for_a_value, NULL) != 0) {
        fail("no thread");
    }
    while (hint() == -1) { /* until the first waiter has written its node */
        if (time(NULL) > patience) {
            fail("nobody waits");
        }
        sched_yield();
    }
    printf("hint while a thread waits: %d\n", hint());

    __atomic_store_n(&f.value, 1, __ATOMIC_RELEASE);
    woken = futex_wake(&f, 1, FUTEX_NUMA | FUTEX_32);
    if (woken != 1) {
        fail("the waiter was not woken");
    }
    pthread_join(waiter, NULL);
    printf("hint after: %d\n", hint());
    return EXIT_SUCCESS;
}
