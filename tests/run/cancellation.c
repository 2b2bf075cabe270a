// SPDX-License-Identifier: MIT
// pthread_cancel() of threads that wait in libc.
#include <semaphore.h>

#include "scenario.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static sem_t units;
static atomic_int cleaned;

static void unlock(void* unused) {
    (void)unused;
    ++cleaned;
    pthread_mutex_unlock(&lock);
}

static void* wait_for_change(void* unused) {
    pthread_mutex_lock(&lock);
    pthread_cleanup_push(unlock, NULL);
    for (;;) pthread_cond_wait(&changed, &lock);
    pthread_cleanup_pop(0);
    return unused;
}

static void* take_unit(void* unused) {
    sem_wait(&units);
    return unused;
}

static void cancel(void* (*work)(void*), int delay) {
    pthread_t thread;
    void* result;
    EXPECT(pthread_create(&thread, NULL, work, NULL) == 0);
    for (int i = 0; i < delay; ++i) sched_yield();
    EXPECT(pthread_cancel(thread) == 0);
    EXPECT(pthread_join(thread, &result) == 0);
    EXPECT(result == PTHREAD_CANCELED);
}

// Nobody is left in a queue: who comes later is found.
static void wake_another(void) {
    pthread_t thread;
    void* result;
    EXPECT(pthread_create(&thread, NULL, take_unit, NULL) == 0);
    EXPECT(sem_post(&units) == 0);
    EXPECT(pthread_join(thread, &result) == 0);
    EXPECT(result == NULL);
}

// As libc waits: a cancellation may end the thread wherever it is in the call.
static uint32_t word;

static void* wait_asynchronously(void* unused) {
    pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, NULL);
    for (;;) futex(&word, FUTEX_WAIT_PRIVATE, 0, NULL, NULL, 0);
    return unused;
}

static void expect_nobody_waits(void) {
    EXPECT_ANSWER(futex(&word, FUTEX_CMP_REQUEUE_PRIVATE, 0, (void*)1, &word, 0), 0);
    EXPECT_ANSWER(futex(&word, FUTEX_WAKE_PRIVATE, INT_MAX, NULL, NULL, 0), 0);
}

void cancellation(void) {
    for (int i = 0; i < 3000; ++i) {
        cancel(wait_asynchronously, i % 30);
        expect_nobody_waits();
    }
    EXPECT(sem_init(&units, 0, 0) == 0);
    for (int i = 0; i < 300; ++i) {
        cancel(wait_for_change, i % 30);
        cancel(take_unit, i % 30);
        wake_another();
    }
    EXPECT_ANSWER(cleaned, 300);
    EXPECT(pthread_mutex_lock(&lock) == 0);
}
