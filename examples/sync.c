/* SPDX-License-Identifier: MIT */
/* The types of <futex2/sync.h>: two threads fill a buffer, the main thread empties it, with a
 * deadline. Nothing of them needs memory or clean-up. */
#include <futex2/sync.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { threads = 2, items = 5000, capacity = 8 };

static futex2_mutex lock = FUTEX2_MUTEX_INIT;                   /* of the buffer */
static futex2_cond filled = FUTEX2_COND_INIT;                   /* with lock */
static futex2_semaphore room = FUTEX2_SEMAPHORE_INIT(capacity); /* in the buffer */
static futex2_event start = FUTEX2_EVENT_INIT;                  /* manual: for all threads */
static futex2_event finished = FUTEX2_EVENT_AUTOMATIC_INIT;     /* ends one wait */
static futex2_once prepared = FUTEX2_ONCE_INIT;
static int buffer[capacity], used, producing = threads, preparations;

static void prepare(void* unused) {
    (void)unused;
    ++preparations;
}

static void* produce(void* result) {
    int i;
    futex2_event_wait(&start);
    futex2_once_call(&prepared, prepare, NULL);
    for (i = 1; i <= items; ++i) {
        futex2_semaphore_acquire(&room);
        futex2_mutex_lock(&lock);
        buffer[used++] = i;
        futex2_cond_signal(&filled); /* who waits is moved to the lock, and not woken yet */
        futex2_mutex_unlock(&lock);
    }
    futex2_mutex_lock(&lock);
    if (--producing == 0) {
        futex2_event_set(&finished);
    }
    futex2_mutex_unlock(&lock);
    return result;
}

/* Deadlines are absolute. */
static struct timespec after_seconds(time_t seconds) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    time.tv_sec += seconds;
    return time;
}

/* The next item, or -ETIMEDOUT when none comes until the deadline. */
static int take(const struct timespec* deadline) {
    int item = 0;
    futex2_mutex_lock(&lock);
    while (used == 0 && item == 0) { /* it may also return 0 for no reason */
        item = futex2_cond_timedwait(&filled, &lock, deadline, CLOCK_MONOTONIC);
    }
    if (used != 0) {
        item = buffer[--used];
    }
    futex2_mutex_unlock(&lock);
    if (item > 0) {
        futex2_semaphore_release(&room, 1);
    }
    return item;
}

int main(void) {
    struct timespec deadline = after_seconds(0);
    pthread_t thread[threads];
    long sum = 0;
    int i, none = take(&deadline); /* nobody has started: the deadline passes */
    for (i = 0; i < threads; ++i) {
        if (pthread_create(&thread[i], NULL, produce, NULL) != 0) {
            fprintf(stderr, "sync: no thread\n");
            return EXIT_FAILURE;
        }
    }
    deadline = after_seconds(30);
    futex2_event_set(&start);
    for (i = 0; i < threads * items; ++i) {
        sum += take(&deadline);
    }
    if (futex2_event_timedwait(&finished, &deadline, CLOCK_MONOTONIC) != 0) {
        fprintf(stderr, "sync: too late\n");
        return EXIT_FAILURE;
    }
    for (i = 0; i < threads; ++i) {
        pthread_join(thread[i], NULL);
    }
    printf("sum: %ld, prepared %d time(s), before the start: %s\n", sum, preparations,
           none == -ETIMEDOUT ? "timed out" : "an item");
    return sum == (long)threads * items * (items + 1) / 2 && preparations == 1 && none == -ETIMEDOUT
               ? EXIT_SUCCESS
               : EXIT_FAILURE;
}
