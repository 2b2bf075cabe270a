// SPDX-License-Identifier: MIT
// Forks and other programs; and what is left to the kernel.
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "scenario.h"

extern char** environ;

static uint32_t word;
static uint8_t byte;
enum { private8 = FUTEX2_SIZE_U8 | FUTEX2_PRIVATE };

static int status_of(pid_t child) {
    int status = -1;
    EXPECT(waitpid(child, &status, 0) == child);
    return status;
}

static void expect_exit(pid_t child, int wanted) {
    EXPECT(child > 0);
    const int status = status_of(child);
    EXPECT(WIFEXITED(status));
    EXPECT_ANSWER(WEXITSTATUS(status), wanted);
}

// The child's words are its own, and work.
static void in_child(void) {
    EXPECT_ANSWER(futex_wake(&byte, 255, INT_MAX, private8), 0);
    struct waiting w = {.word = &byte, .flags = private8};
    start_waiting(&w);
    UNTIL(futex_wake(&byte, 255, INT_MAX, private8) == 1);
    EXPECT_ANSWER(answer_of(&w), 0);
    _exit(3);
}

static void forks(void) {
    struct waiting w = {.word = &byte, .flags = private8};
    start_waiting(&w);
    const struct futex_waitv v[2] = {{.uaddr = (uintptr_t)&byte, .flags = private8},
                                     {.uaddr = (uintptr_t)&byte, .flags = private8}};
    UNTIL(futex_requeue(v, 0, 1) == 1);
    const pid_t child = fork();
    if (child == 0) in_child();
    expect_exit(child, 3);
    EXPECT_ANSWER(futex_wake(&byte, 255, INT_MAX, private8), 1);
    EXPECT_ANSWER(answer_of(&w), 0);
}

static char self[] = "/proc/self/exe";
static char scenario_of_child[] = "exec_again";
static char* arguments_of_child[] = {self, scenario_of_child, NULL};

static void other_programs(void) {
    pid_t child = vfork();
    if (child == 0) {
        execv(self, arguments_of_child);
        _exit(99);
    }
    expect_exit(child, 0);
    EXPECT(posix_spawn(&child, self, NULL, NULL, arguments_of_child, environ) == 0);
    expect_exit(child, 0);
    EXPECT(posix_spawn(&child, "/nonesuch", NULL, NULL, arguments_of_child, environ) == ENOENT);
    EXPECT(system("exit 5") == 5 << 8);
    EXPECT((child = fork()) >= 0);
    if (child == 0) raise(SIGKILL);
    const int status = status_of(child);
    EXPECT(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

// What this program does when it is started anew: it is served there, too.
void exec_again(void) {
    struct waiting w = {.word = &byte, .flags = private8};
    start_waiting(&w);
    UNTIL(futex_wake(&byte, 255, 1, private8) == 1);
    EXPECT_ANSWER(answer_of(&w), 0);
}

// An entry of this program's own environment.
static char* entry(const char* name) {
    const char* value = getenv(name);
    EXPECT(value != NULL);
    char* text = malloc(strlen(name) + strlen(value) + 2);
    EXPECT(text != NULL && sprintf(text, "%s=%s", name, value) > 0);
    return text;
}

static void exec_with(char** environment) {
    const pid_t child = fork();
    if (child == 0) {
        execve(self, arguments_of_child, environment);
        _exit(99);
    }
    expect_exit(child, 0);
}

// The loader takes no library from the environment of a program with another user's rights.
static void exec_with_rights(void) {
    if (geteuid() != 0) return;
    const pid_t child = fork();
    if (child == 0) {
        EXPECT(seteuid(1) == 0);
        EXPECT(execv(self, arguments_of_child) == -1 && errno == EPERM);
        _exit(0);
    }
    expect_exit(child, 0);
}

// Whatever environment a program is given, it is served, or not run.
void environments(void) {
    char* loaded = entry("LD_PRELOAD");
    char* options = entry("FUTEX2_RUN");
    char none[] = "LD_PRELOAD=", no_options[] = "FUTEX2_RUN=", no_trap[] = "FUTEX2_RUN=strict";
    char longer[PATH_MAX];
    snprintf(longer, sizeof longer, "%s.nope", loaded);
    exec_with(NULL);
    exec_with((char*[]){none, options, NULL});
    exec_with((char*[]){longer, options, NULL});
    exec_with((char*[]){loaded, no_options, NULL});
    exec_with((char*[]){loaded, no_trap, NULL});
    exec_with((char*[]){loaded, none, options, NULL});
    exec_with((char*[]){none, loaded, options, no_options, NULL});
    exec_with_rights();
    free(options);
    free(loaded);
}

// More than a trace has room for.
void many_calls(void) {
    for (int i = 0; i < 300000; ++i)
        EXPECT_ANSWER(futex(&word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0), 0);
}

// A file with data, which is 3, gets the number of the standard error.
void other_error_output(void) {
    exec_again();
    EXPECT(dup2(3, 2) == 2 && write(2, "data", 4) == 4);
}

// Tells how many it made a second.
void counted_wakes(void) {
    enum { calls = 500000 };
    const struct timespec begin = from_now(CLOCK_MONOTONIC, 0);
    for (int i = 0; i < calls; ++i) futex(&word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
    const struct timespec end = from_now(CLOCK_MONOTONIC, 0);
    const double seconds =
        (double)(end.tv_sec - begin.tv_sec) + (double)(end.tv_nsec - begin.tv_nsec) / 1e9;
    printf("%.0f\n", calls / seconds);
}

void quick_end(void) {
    exec_again();
    _exit(6);
}

void processes(void) {
    for (int i = 0; i < 10; ++i) forks();
    other_programs();
}

static void lock_and_unlock(void* lock) {
    EXPECT_ANSWER(futex(lock, FUTEX_LOCK_PI_PRIVATE, 0, NULL, NULL, 0), 0);
    EXPECT_ANSWER(futex(lock, FUTEX_UNLOCK_PI_PRIVATE, 0, NULL, NULL, 0), 0);
}

static void priority_inheritance(void) {
    struct worker w;
    EXPECT_ANSWER(futex(&word, FUTEX_LOCK_PI_PRIVATE, 0, NULL, NULL, 0), 0);
    start(&w, lock_and_unlock, &word);
    UNTIL((__atomic_load_n(&word, __ATOMIC_RELAXED) & FUTEX_WAITERS) != 0);
    EXPECT_ANSWER(futex(&word, FUTEX_UNLOCK_PI_PRIVATE, 0, NULL, NULL, 0), 0);
    join(&w);
}

static void shared_words(void) {
    uint32_t* shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    EXPECT(shared != MAP_FAILED);
    const pid_t child = fork();
    if (child == 0) {
        EXPECT_ANSWER(futex(shared, FUTEX_WAIT, 0, NULL, NULL, 0), 0);
        _exit(4);
    }
    UNTIL(futex(shared, FUTEX_WAKE, 1, NULL, NULL, 0) == 1);
    expect_exit(child, 4);
}

static void nothing(void* unused) {
    (void)unused;
}

// The kernel wakes who waits for the end of a thread, and for an owner that has died.
static void* die_with(void* lock) {
    EXPECT(pthread_mutex_lock(lock) == 0);
    return NULL;
}

static void ends_of_threads(void) {
    for (int i = 0; i < 100; ++i) {
        struct worker w;
        start(&w, nothing, NULL);
        join(&w);
    }
    pthread_mutexattr_t robust;
    pthread_mutex_t lock;
    EXPECT(pthread_mutexattr_init(&robust) == 0);
    EXPECT(pthread_mutexattr_setrobust(&robust, PTHREAD_MUTEX_ROBUST) == 0);
    EXPECT(pthread_mutex_init(&lock, &robust) == 0);
    pthread_t owner;
    EXPECT(pthread_create(&owner, NULL, die_with, &lock) == 0);
    EXPECT(pthread_join(owner, NULL) == 0);
    EXPECT(pthread_mutex_lock(&lock) == EOWNERDEAD);
    EXPECT(pthread_mutex_consistent(&lock) == 0 && pthread_mutex_unlock(&lock) == 0);
}

void left_to_kernel(void) {
    priority_inheritance();
    shared_words();
    ends_of_threads();
    EXPECT_ANSWER(futex(&word, 99, 0, NULL, NULL, 0), -ENOSYS);
}
