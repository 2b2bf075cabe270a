/* SPDX-License-Identifier: MIT */
/* Each call of <futex2/sync.h>, from C: by one thread, and by several. */
#define _POSIX_C_SOURCE 200809L
#include <futex2/sync.h>
#include <pthread.h>
#include <stdio.h>
#include <time.h>

static int failures;

#define EXPECT(condition)                                                   \
    do {                                                                    \
        if (!(condition)) {                                                 \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
            ++failures;                                                     \
        }                                                                   \
    } while (0)

enum { threads = 4, rounds = 2000 };

static const struct timespec past = {0, 0};

/* So many milliseconds from now. */
static struct timespec in(long milliseconds, clockid_t clock) {
    struct timespec t;
    clock_gettime(clock, &t);
    t.tv_nsec += milliseconds % 1000 * 1000000;
    t.tv_sec += milliseconds / 1000 + t.tv_nsec / 1000000000;
    t.tv_nsec %= 1000000000;
    return t;
}

/* Runs body(argument) in n threads. */
static void run(int n, void* (*body)(void*), void* argument) {
    pthread_t all[threads];
    for (int i = 0; i < n; ++i) pthread_create(&all[i], NULL, body, argument);
    for (int i = 0; i < n; ++i) pthread_join(all[i], NULL);
}

static futex2_mutex mutex = FUTEX2_MUTEX_INIT;
static futex2_numa_mutex numa_mutex = FUTEX2_NUMA_MUTEX_INIT(8);
static futex2_shared_mutex shared_mutex = FUTEX2_SHARED_MUTEX_INIT;
static futex2_cond cond = FUTEX2_COND_INIT;
static futex2_semaphore semaphore = FUTEX2_SEMAPHORE_INIT(0);
static futex2_event event = FUTEX2_EVENT_INIT;
static futex2_event automatic = FUTEX2_EVENT_AUTOMATIC_INIT;
static futex2_once once = FUTEX2_ONCE_INIT;
static long count;

/* What another thread answers: 0 while the calling one holds nothing. */
static void* others_try(void* result) {
    struct timespec soon = in(2, CLOCK_MONOTONIC);
    int* r = result;
    r[0] = futex2_mutex_trylock(&mutex);
    r[1] = futex2_mutex_timedlock(&mutex, &soon, CLOCK_MONOTONIC);
    r[2] = futex2_numa_mutex_trylock(&numa_mutex);
    r[3] = futex2_numa_mutex_timedlock(&numa_mutex, &past, CLOCK_REALTIME);
    r[4] = futex2_shared_mutex_trylock(&shared_mutex);
    r[5] = futex2_shared_mutex_timedlock(&shared_mutex, &past, CLOCK_MONOTONIC);
    r[6] = futex2_shared_mutex_trylock_shared(&shared_mutex);
    r[7] = futex2_shared_mutex_timedlock_shared(&shared_mutex, &past, CLOCK_MONOTONIC);
    return NULL;
}

static void mutexes(void) {
    int r[8];
    EXPECT(futex2_mutex_lock(&mutex) == 0);
    EXPECT(futex2_numa_mutex_lock(&numa_mutex) == 0);
    EXPECT(futex2_shared_mutex_lock(&shared_mutex) == 0);
    run(1, others_try, r);
    for (int i = 0; i < 8; i += 2) EXPECT(r[i] == -EBUSY);
    for (int i = 1; i < 8; i += 2) EXPECT(r[i] == -ETIMEDOUT);
    EXPECT(futex2_mutex_unlock(&mutex) == 0);
    EXPECT(futex2_numa_mutex_unlock(&numa_mutex) == 0);
    EXPECT(futex2_shared_mutex_unlock(&shared_mutex) == 0);

    EXPECT(futex2_mutex_trylock(&mutex) == 0 && futex2_mutex_unlock(&mutex) == 0);
    EXPECT(futex2_mutex_timedlock(&mutex, &past, CLOCK_MONOTONIC) == 0);
    EXPECT(futex2_mutex_unlock(&mutex) == 0);
    EXPECT(futex2_numa_mutex_trylock(&numa_mutex) == 0);
    EXPECT(futex2_numa_mutex_unlock(&numa_mutex) == 0);
    EXPECT(futex2_numa_mutex_timedlock(&numa_mutex, NULL, 0) == 0);
    EXPECT(futex2_numa_mutex_unlock(&numa_mutex) == 0);
    futex2_mutex_destroy(&mutex);
    futex2_numa_mutex_destroy(&numa_mutex);
}

static void shared_mutexes(void) {
    int r[8];
    EXPECT(futex2_shared_mutex_trylock(&shared_mutex) == 0);
    EXPECT(futex2_shared_mutex_unlock(&shared_mutex) == 0);
    EXPECT(futex2_shared_mutex_timedlock(&shared_mutex, &past, CLOCK_REALTIME) == 0);
    EXPECT(futex2_shared_mutex_unlock(&shared_mutex) == 0);
    EXPECT(futex2_shared_mutex_lock_shared(&shared_mutex) == 0);
    EXPECT(futex2_mutex_lock(&mutex) == 0 && futex2_numa_mutex_lock(&numa_mutex) == 0);
    run(1, others_try, r);
    EXPECT(r[4] == -EBUSY && r[5] == -ETIMEDOUT && r[6] == 0 && r[7] == 0);
    EXPECT(futex2_mutex_unlock(&mutex) == 0 && futex2_numa_mutex_unlock(&numa_mutex) == 0);
    for (int i = 0; i < 3; ++i) EXPECT(futex2_shared_mutex_unlock_shared(&shared_mutex) == 0);
    futex2_shared_mutex_destroy(&shared_mutex);
    EXPECT(shared_mutex.state == 0 && shared_mutex.drain == 0);
}

static void* count_under_locks(void* given) {
    long* others = given;
    for (int i = 0; i < rounds; ++i) {
        futex2_mutex_lock(&mutex);
        ++count;
        futex2_mutex_unlock(&mutex);
        futex2_numa_mutex_lock(&numa_mutex);
        ++others[0];
        futex2_numa_mutex_unlock(&numa_mutex);
        futex2_shared_mutex_lock(&shared_mutex);
        ++others[1];
        futex2_shared_mutex_unlock(&shared_mutex);
        futex2_shared_mutex_lock_shared(&shared_mutex);
        futex2_shared_mutex_unlock_shared(&shared_mutex);
    }
    return NULL;
}

static void contention(void) {
    long others[2] = {0, 0};
    count = 0;
    run(threads, count_under_locks, others);
    EXPECT(count == (long)threads * rounds);
    EXPECT(others[0] == count && others[1] == count);
}

static void* wait_for_count(void* unused) {
    futex2_mutex_lock(&mutex);
    --count;
    futex2_cond_signal(&cond); /* perhaps to another of these: main() looks again by itself */
    while (count >= 0) EXPECT(futex2_cond_wait(&cond, &mutex) == 0);
    futex2_mutex_unlock(&mutex);
    return unused;
}

static void conditions(void) {
    struct timespec soon = in(2, CLOCK_REALTIME);
    pthread_t all[threads];
    EXPECT(futex2_mutex_lock(&mutex) == 0);
    EXPECT(futex2_cond_timedwait(&cond, &mutex, &soon, CLOCK_REALTIME) == -ETIMEDOUT);
    const uint64_t before = futex2_cond_sequence(&cond);
    futex2_cond_signal(&cond);
    EXPECT(futex2_cond_sequence(&cond) == before + 1);
    EXPECT(futex2_cond_wait_since(&cond, &mutex, before, NULL, 0) == 0);
    count = threads;
    for (int i = 0; i < threads; ++i) pthread_create(&all[i], NULL, wait_for_count, NULL);
    while (count > 0) {
        struct timespec moment = in(1, CLOCK_MONOTONIC);
        const int error = futex2_cond_timedwait(&cond, &mutex, &moment, CLOCK_MONOTONIC);
        EXPECT(error == 0 || error == -ETIMEDOUT);
    }
    count = -1;
    futex2_cond_broadcast(&cond);
    futex2_mutex_unlock(&mutex);
    for (int i = 0; i < threads; ++i) pthread_join(all[i], NULL);
    futex2_cond_destroy(&cond);
}

static void* acquire_units(void* unused) {
    for (int i = 0; i < rounds; ++i) EXPECT(futex2_semaphore_acquire(&semaphore) == 0);
    return unused;
}

static void* release_units(void* unused) {
    for (int i = 0; i < threads * rounds; i += 2)
        EXPECT(futex2_semaphore_release(&semaphore, 2) == 0);
    return unused;
}

static void semaphores(void) {
    pthread_t releaser;
    struct timespec soon = in(2, CLOCK_MONOTONIC);
    EXPECT(futex2_semaphore_try_acquire(&semaphore) == -EAGAIN);
    EXPECT(futex2_semaphore_timedacquire(&semaphore, &soon, CLOCK_MONOTONIC) == -ETIMEDOUT);
    EXPECT(futex2_semaphore_timedacquire(&semaphore, &soon, CLOCK_PROCESS_CPUTIME_ID) == -EINVAL);
    EXPECT(futex2_semaphore_release(&semaphore, FUTEX2_SEMAPHORE_MAX) == 0);
    EXPECT(futex2_semaphore_release(&semaphore, 1) == -EOVERFLOW);
    EXPECT(futex2_semaphore_value(&semaphore) == FUTEX2_SEMAPHORE_MAX);
    EXPECT(futex2_semaphore_timedacquire(&semaphore, &past, CLOCK_MONOTONIC) == 0);
    EXPECT(futex2_semaphore_try_acquire(&semaphore) == 0);
    semaphore.state = 0;
    pthread_create(&releaser, NULL, release_units, NULL);
    run(threads, acquire_units, NULL);
    pthread_join(releaser, NULL);
    EXPECT(futex2_semaphore_value(&semaphore) == 0);
}

static void* answer(void* unused) {
    for (int i = 0; i < rounds; ++i) {
        EXPECT(futex2_event_wait(&automatic) == 0);
        ++count;
        futex2_event_set(&event);
    }
    return unused;
}

static void events(void) {
    pthread_t other;
    struct timespec soon = in(2, CLOCK_MONOTONIC);
    EXPECT(futex2_event_trywait(&event) == -EAGAIN && !futex2_event_is_set(&event));
    EXPECT(futex2_event_timedwait(&event, &soon, CLOCK_MONOTONIC) == -ETIMEDOUT);
    EXPECT(futex2_event_timedwait(&automatic, &past, CLOCK_REALTIME) == -ETIMEDOUT);
    futex2_event_set(&event);
    futex2_event_set(&automatic);
    EXPECT(futex2_event_is_set(&event) && futex2_event_is_set(&automatic));
    EXPECT(futex2_event_wait(&event) == 0 && futex2_event_trywait(&event) == 0);
    EXPECT(futex2_event_trywait(&automatic) == 0 && futex2_event_trywait(&automatic) == -EAGAIN);
    futex2_event_reset(&event);
    EXPECT(!futex2_event_is_set(&event));
    count = 0;
    pthread_create(&other, NULL, answer, NULL);
    for (int i = 0; i < rounds; ++i) {
        futex2_event_set(&automatic);
        EXPECT(futex2_event_timedwait(&event, NULL, 0) == 0);
        EXPECT(count == i + 1);
        futex2_event_reset(&event);
    }
    pthread_join(other, NULL);
}

static void add_one(void* to) {
    ++*(long*)to;
}

static void* call_once(void* unused) {
    EXPECT(futex2_once_call(&once, add_one, &count) == 0);
    EXPECT(count == 1);
    return unused;
}

static void done_once(void) {
    count = 0;
    EXPECT(futex2_once_begin(&once) == 1);
    futex2_once_end(&once, 0);
    run(threads, call_once, NULL);
    EXPECT(futex2_once_begin(&once) == 0 && count == 1);
}

int main(void) {
    mutexes();
    shared_mutexes();
    contention();
    conditions();
    semaphores();
    events();
    done_once();
    return failures == 0 ? 0 : 1;
}
