/* SPDX-License-Identifier: MIT */
/* A mutex of one byte: 0 free, 1 taken, 2 taken and perhaps waited for. */
#include <futex2/futex2.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum { one_byte = FUTEX2_SIZE_U8 | FUTEX2_PRIVATE };

static void byte_lock(uint8_t* mutex) {
    uint8_t seen = 0;
    if (__atomic_compare_exchange_n(mutex, &seen, 1, 0, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)) {
        return;
    }
    while (__atomic_exchange_n(mutex, 2, __ATOMIC_ACQUIRE) != 0) {
        futex2_wait(mutex, 2, 0xff, one_byte, NULL, 0);
    }
}

static void byte_unlock(uint8_t* mutex) {
    if (__atomic_exchange_n(mutex, 0, __ATOMIC_RELEASE) == 2) {
        futex2_wake(mutex, 0xff, 1, one_byte);
    }
}

/* Eight accounts, each with its own mutex: together the mutexes take eight bytes. */
enum { accounts = 8, threads = 4, transfers = 20000 };
static uint8_t mutexes[accounts];
static long money[accounts];

static void* transfer(void* seed) {
    unsigned state = (unsigned)(uintptr_t)seed;
    int i;
    for (i = 0; i < transfers; ++i) {
        unsigned from, to;
        state = state * 1664525U + 1013904223U;
        from = (state >> 16) % accounts;
        to = (from + 1 + (state >> 24) % (accounts - 1)) % accounts;
        byte_lock(&mutexes[from < to ? from : to]); /* in one order: no deadlock */
        byte_lock(&mutexes[from < to ? to : from]);
        --money[from];
        ++money[to];
        byte_unlock(&mutexes[from]);
        byte_unlock(&mutexes[to]);
    }
    return NULL;
}

int main(void) {
    pthread_t thread[threads];
    long sum = 0;
    int i;
    for (i = 0; i < threads; ++i) {
        if (pthread_create(&thread[i], NULL, transfer, (void*)(uintptr_t)(i + 1)) != 0) {
            fprintf(stderr, "byte_mutex: no thread\n");
            return EXIT_FAILURE;
        }
    }
    for (i = 0; i < threads; ++i) {
        pthread_join(thread[i], NULL);
    }
    for (i = 0; i < accounts; ++i) {
        sum += money[i];
    }
    printf("%d transfers, sum of all accounts: %ld\n", threads * transfers, sum);
    return sum == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
