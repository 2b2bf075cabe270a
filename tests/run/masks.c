// SPDX-License-Identifier: MIT
// Futex calls where a program has blocked all signals: those that are taken by a signal, too.
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/wait.h>

#include "scenario.h"

static uint32_t word;
static atomic_int handled;

static sigset_t all_signals(void) {
    sigset_t all;
    EXPECT(sigfillset(&all) == 0);
    return all;
}

static bool is_blocked(int signal) {
    sigset_t blocked;
    EXPECT(sigprocmask(SIG_BLOCK, NULL, &blocked) == 0);
    return sigismember(&blocked, signal) == 1;
}

static void call_in_handler(int signal) {
    EXPECT(is_blocked(signal) && is_blocked(SIGUSR2));
    EXPECT_ANSWER(futex_wake(&word, UINT32_MAX, 1, private32), 0);
    const struct timespec passed = {0, 0};
    EXPECT_ANSWER(futex_wait(&word, 0, UINT32_MAX, private32, &passed, CLOCK_MONOTONIC),
                  -ETIMEDOUT);
    ++handled;
}

static void in_blocked_code(void) {
    const sigset_t all = all_signals();
    sigset_t before, inside;
    EXPECT(sigprocmask(SIG_SETMASK, &all, &before) == 0);
    EXPECT(raise(SIGUSR1) == 0);
    struct waiting w = {.word = &word, .flags = private32};
    start_waiting(&w);
    UNTIL(futex_wake(&word, UINT32_MAX, 1, private32) == 1);
    EXPECT_ANSWER(answer_of(&w), 0);
    EXPECT_ANSWER(handled, 0);
    EXPECT(sigprocmask(SIG_SETMASK, &before, &inside) == 0);
    EXPECT(sigismember(&inside, SIGUSR1) == 1 && sigismember(&inside, SIGTERM) == 1);
    EXPECT_ANSWER(handled, 1);
    EXPECT(!is_blocked(SIGUSR1) && !is_blocked(SIGTERM));
    EXPECT(sigprocmask(99, &before, NULL) == -1 && errno == EINVAL);
    sigset_t one;
    sigemptyset(&one);
    sigaddset(&one, SIGUSR1);
    EXPECT(sigprocmask(SIG_BLOCK, &one, NULL) == 0 && is_blocked(SIGUSR1));
    EXPECT(sigprocmask(SIG_UNBLOCK, &one, NULL) == 0 && !is_blocked(SIGUSR1));
}

enum { waits_with_a_mask = 4 };

static int wait_with_mask(int how, const sigset_t* mask) {
    const struct timespec long_time = {60, 0};
    struct epoll_event event;
    switch (how) {
        case 0:
            return sigsuspend(mask);
        case 1:
            return ppoll(NULL, 0, &long_time, mask);
        case 2:
            return pselect(0, NULL, NULL, NULL, &long_time, mask);
        default:
            break;
    }
    const int file = epoll_create1(0);
    const int result = epoll_pwait(file, &event, 1, 60000, mask);
    const int saved = errno;
    close(file);
    errno = saved;
    return result;
}

// A signal that is let in by a wait alone: in its handler the wait's mask is in force.
static void in_waits(void) {
    sigset_t all = all_signals(), but_one = all, before;
    sigdelset(&but_one, SIGUSR1);
    EXPECT(sigprocmask(SIG_SETMASK, &all, &before) == 0);
    for (int how = 0; how < waits_with_a_mask; ++how) {
        handled = 0;
        EXPECT(raise(SIGUSR1) == 0);
        EXPECT(wait_with_mask(how, &but_one) == -1 && errno == EINTR);
        EXPECT_ANSWER(handled, 1);
        EXPECT(is_blocked(SIGUSR1));
    }
    EXPECT(sigprocmask(SIG_SETMASK, &before, NULL) == 0);
}

// A program that has a handler for SIGSYS gets what is sent to it.
static void of_sigsys(void) {
    struct sigaction mine = {.sa_handler = call_in_handler}, found;
    mine.sa_mask = all_signals();
    EXPECT(sigaction(SIGSYS, NULL, &found) == 0 && found.sa_handler == SIG_DFL);
    EXPECT(sigaction(SIGUSR1, &mine, NULL) == 0);
    EXPECT(sigaction(SIGUSR1, NULL, &found) == 0 && found.sa_handler == call_in_handler);
    EXPECT(sigismember(&found.sa_mask, SIGTERM) == 1);
}

static void only_count(int signal) {
    (void)signal;
    ++handled;
}

static void own_sigsys(void) {
    const struct sigaction mine = {.sa_handler = only_count}, none = {.sa_handler = SIG_DFL};
    struct sigaction found;
    handled = 0;
    EXPECT(sigaction(SIGSYS, &mine, NULL) == 0);
    EXPECT_ANSWER(futex_wake(&word, UINT32_MAX, 1, private32), 0);
    EXPECT_ANSWER(handled, 0);
    EXPECT(raise(SIGSYS) == 0);
    EXPECT_ANSWER(handled, 1);
    EXPECT(sigaction(SIGSYS, &none, &found) == 0 && found.sa_handler == only_count);
}

// Its child sets handlers back, in the memory that it shares with this program.
static void spawn_with_defaults(void) {
    const sigset_t all = all_signals();
    posix_spawnattr_t attributes;
    EXPECT(posix_spawnattr_init(&attributes) == 0);
    EXPECT(posix_spawnattr_setsigdefault(&attributes, &all) == 0);
    EXPECT(posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF) == 0);
    char name[] = "/proc/self/exe", scenario[] = "left_to_kernel";
    char* arguments[] = {name, scenario, NULL};
    pid_t child;
    int status = -1;
    EXPECT(posix_spawn(&child, name, NULL, &attributes, arguments, environ) == 0);
    EXPECT(waitpid(child, &status, 0) == child && status == 0);
    EXPECT(posix_spawnattr_destroy(&attributes) == 0);
}

static void expect_sigsys(void (*handler)(int)) {
    struct sigaction found;
    EXPECT(sigaction(SIGSYS, NULL, &found) == 0 && found.sa_handler == handler);
}

static void own_sigsys_of_children(void) {
    const struct sigaction mine = {.sa_handler = only_count}, ignored = {.sa_handler = SIG_IGN};
    EXPECT(sigaction(SIGSYS, &mine, NULL) == 0);
    spawn_with_defaults();
    expect_sigsys(only_count);
    const pid_t child = fork();
    if (child == 0) {
        spawn_with_defaults();
        expect_sigsys(only_count);
        EXPECT(sigaction(SIGSYS, &ignored, NULL) == 0);
        expect_sigsys(SIG_IGN);
        _exit(raise(SIGSYS));
    }
    int status = -1;
    EXPECT(waitpid(child, &status, 0) == child && status == 0);
    expect_sigsys(only_count);
}

// Of two actions that are set again and again, nobody sees a mixture.
static void call_nothing(int signal) {
    (void)signal;
}
static const struct sigaction* whole_action(int i) {
    static struct sigaction both[2] = {{.sa_handler = only_count},
                                       {.sa_handler = call_nothing, .sa_flags = SA_RESTART}};
    sigfillset(&both[1].sa_mask);
    return &both[i];
}
static void set_on_and_on(void* unused) {
    (void)unused;
    for (int i = 0; i < 5000; ++i) {
        struct sigaction found;
        EXPECT(sigaction(SIGSYS, whole_action(i % 2), &found) == 0);
        const bool second = found.sa_handler == call_nothing;
        EXPECT(second || found.sa_handler == only_count);
        EXPECT((found.sa_flags & SA_RESTART) == (second ? SA_RESTART : 0));
        EXPECT(sigismember(&found.sa_mask, SIGUSR1) == second);
    }
}
static void own_sigsys_of_threads(void) {
    struct worker workers[3];
    EXPECT(sigaction(SIGSYS, whole_action(0), NULL) == 0);
    for (int i = 0; i < 3; ++i) start(&workers[i], set_on_and_on, NULL);
    for (int i = 0; i < 1000; ++i) EXPECT(raise(SIGSYS) == 0);
    for (int i = 0; i < 3; ++i) join(&workers[i]);
}

// The other way in which a kernel makes a SIGSYS of a call: the program that asks for it is to be
// told that there is none.
void user_dispatch(void) {
    static char let_through;
    EXPECT_ANSWER(answer(CALL(SYS_prctl, 59, 1, 0, 0, &let_through, 0)), -EINVAL);
    EXPECT_ANSWER(futex_wake(&word, UINT32_MAX, 1, private32), 0);
    EXPECT(getppid() > 0);
}

void masks(void) {
    of_sigsys();
    in_blocked_code();
    in_waits();
    own_sigsys();
    own_sigsys_of_children();
    own_sigsys_of_threads();
}
