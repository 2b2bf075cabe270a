// SPDX-License-Identifier: MIT
// Signals that interrupt calls, and calls in their handlers.
#include <signal.h>

#include "scenario.h"

static uint32_t word, other;
static atomic_int handled;

static void count(int signal) {
    (void)signal;
    ++handled;
}

static void handle(int signal, void (*handler)(int), int flags) {
    struct sigaction action = {.sa_handler = handler, .sa_flags = flags};
    sigemptyset(&action.sa_mask);
    EXPECT(sigaction(signal, &action, NULL) == 0);
}

// A requeue to itself counts a waiter and leaves it where it is.
static bool somebody_waits(uint32_t* at) {
    return futex(at, FUTEX_CMP_REQUEUE_PRIVATE, 0, (void*)1, at, *at) == 1;
}

// Whether the thread sleeps in the kernel.
static bool sleeps(int thread) {
    char path[64], state = 0;
    snprintf(path, sizeof path, "/proc/self/task/%d/stat", thread);
    FILE* stat = fopen(path, "re");
    if (stat == NULL) return false;
    EXPECT(fscanf(stat, "%*d (%*[^)]) %c", &state) == 1);
    fclose(stat);
    return state == 'S';
}

static void start_asleep(struct waiting* w) {
    start_waiting(w);
    UNTIL(somebody_waits(w->word) && sleeps(w->thread));
}

void signals(void) {
    handle(SIGUSR1, count, 0);
    handle(SIGUSR2, count, SA_RESTART);
    struct waiting w = {.word = &word, .flags = private32};
    start_asleep(&w);
    pthread_kill(w.worker.thread, SIGUSR1);
    EXPECT_ANSWER(answer_of(&w), -EINTR);
    EXPECT_ANSWER(handled, 1);
    EXPECT_ANSWER(futex_wake(&word, UINT32_MAX, 1, private32), 0);

    struct waiting again = {.word = &word, .flags = private32};
    start_asleep(&again);
    for (int i = 2; i < 5; ++i) {
        pthread_kill(again.worker.thread, SIGUSR2);
        UNTIL(handled == i && sleeps(again.thread));
    }
    EXPECT(!again.returned);
    EXPECT_ANSWER(futex_wake(&word, UINT32_MAX, 1, private32), 1);
    EXPECT_ANSWER(answer_of(&again), 0);
}

// A handler that waits while its thread waits.
static void wait_in_handler(int signal) {
    (void)signal;
    const int saved = errno;
    while (__atomic_load_n(&other, __ATOMIC_ACQUIRE) == 0)
        futex_wait(&other, 0, UINT32_MAX, private32, NULL, 0);
    ++handled;
    errno = saved;
}

void nested_waits(void) {
    handle(SIGUSR1, wait_in_handler, SA_RESTART);
    for (int i = 0; i < 50; ++i) {
        handled = 0;
        other = 0;
        struct waiting w = {.word = &word, .flags = private32};
        start_asleep(&w);
        pthread_kill(w.worker.thread, SIGUSR1);
        // The handler is woken, and the thread is not; then the thread.
        UNTIL(somebody_waits(&other));
        __atomic_store_n(&other, 1, __ATOMIC_RELEASE);
        EXPECT_ANSWER(futex_wake(&other, UINT32_MAX, INT_MAX, private32), 1);
        UNTIL(handled == 1 && sleeps(w.thread));
        EXPECT(!w.returned);
        // Somebody else takes the seat that the handler had.
        struct waiting later = {.word = &other, .expected = 1, .flags = private32};
        start_asleep(&later);
        EXPECT_ANSWER(futex_wake(&word, UINT32_MAX, INT_MAX, private32), 1);
        EXPECT_ANSWER(answer_of(&w), 0);
        EXPECT_ANSWER(futex_wake(&other, UINT32_MAX, INT_MAX, private32), 1);
        EXPECT_ANSWER(answer_of(&later), 0);
    }
}

// Signals for this thread alone. Not by another thread, which might never run but where this one
// has stopped.
static timer_t interruptions;
static void start_interrupting(int signal) {
    struct sigevent event = {.sigev_notify = SIGEV_THREAD_ID, .sigev_signo = signal};
    event._sigev_un._tid = (pid_t)syscall(SYS_gettid);
    const struct itimerspec often = {{0, 100000}, {0, 100000}};
    EXPECT(timer_create(CLOCK_MONOTONIC, &event, &interruptions) == 0);
    EXPECT(timer_settime(interruptions, 0, &often, NULL) == 0);
}
// By the handler: on a slow machine the thread itself does not get on between two of them.
static void stop_interrupting(void) {
    const struct itimerspec never = {{0, 0}, {0, 0}};
    EXPECT(timer_settime(interruptions, 0, &never, NULL) == 0);
}

enum { enough = 2000 };
static const struct timespec passed = {0, 0};

// Both need the lock of the word's bucket, which the interrupted thread may hold.
static void wait_and_requeue(int signal) {
    (void)signal;
    const int saved = errno;
    // 0: woken by what the handler before this one had to put off.
    const long waited = futex(&word, FUTEX_WAIT_BITSET_PRIVATE, 0, &passed, NULL, 1);
    EXPECT(waited == -ETIMEDOUT || waited == 0);
    EXPECT(futex(&word, FUTEX_CMP_REQUEUE_PRIVATE, 0, (void*)1, &word, 0) >= 0);
    if (++handled == enough) stop_interrupting();
    errno = saved;
}

// A thread that waits again and again: what a handler could not do under a lock, it makes up
// for by wakes.
static void wait_on_and_on(void* unused) {
    (void)unused;
    while (__atomic_load_n(&word, __ATOMIC_ACQUIRE) == 0)
        futex(&word, FUTEX_WAIT_PRIVATE, 0, NULL, NULL, 0);
}

void calls_in_handlers(void) {
    handle(SIGUSR1, wait_and_requeue, SA_RESTART);
    word = 0;
    struct worker waiter;
    start(&waiter, wait_on_and_on, NULL);
    UNTIL(somebody_waits(&word));
    start_interrupting(SIGUSR1);
    // Under the bucket's lock most of the time.
    while (handled < enough) somebody_waits(&word);
    EXPECT(timer_delete(interruptions) == 0);
    __atomic_store_n(&word, 1, __ATOMIC_RELEASE);
    futex(&word, FUTEX_WAKE_PRIVATE, INT_MAX, NULL, NULL, 0);
    join(&waiter);
}
