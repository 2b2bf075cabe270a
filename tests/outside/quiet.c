// SPDX-License-Identifier: MIT
// A selftest sleeps for a while to let its threads fall asleep, which on a busy machine fails.
// Linked with --wrap=usleep, it returns when they have.
#define _GNU_SOURCE
#include "quiet.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

int __wrap_usleep(useconds_t time);

/// The other threads at a glance.
struct glance {
    bool all_sleep;
    int threads;
    long sleeps;  // that they have begun
};

static void add_thread(struct glance* g, const char* id) {
    char path[64];
    snprintf(path, sizeof path, "/proc/self/task/%.20s/status", id);
    FILE* status = fopen(path, "re");
    if (status == NULL) return;  // it has ended
    char line[256], state;
    long sleeps;
    while (fgets(line, sizeof line, status) != NULL) {
        if (sscanf(line, "State: %c", &state) == 1) g->all_sleep &= state == 'S';
        if (sscanf(line, "voluntary_ctxt_switches: %ld", &sleeps) == 1) g->sleeps += sleeps;
    }
    g->threads += 1;
    fclose(status);
}

static struct glance at_others(void) {
    struct glance g = {true, 0, 0};
    DIR* tasks = opendir("/proc/self/task");
    if (tasks == NULL) abort();
    for (const struct dirent* task; (task = readdir(tasks)) != NULL;)
        if (task->d_name[0] != '.' && atoi(task->d_name) != gettid()) add_thread(&g, task->d_name);
    closedir(tasks);
    return g;
}

// One glance is not enough: a thread may have been seen asleep at a lock, and then its owner
// asleep for good. In two with no sleep begun between them, nobody ran.
void until_quiet(void) {
    const struct timespec pause = {0, 50000};
    struct glance before = at_others();
    for (;;) {
        nanosleep(&pause, NULL);
        const struct glance now = at_others();
        if (before.all_sleep && now.all_sleep && before.threads == now.threads &&
            before.sleeps == now.sleeps)
            return;
        before = now;
    }
}

int __wrap_usleep(useconds_t time) {
    (void)time;
    until_quiet();
    return 0;
}
