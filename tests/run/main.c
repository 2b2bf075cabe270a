// SPDX-License-Identifier: MIT
#include <string.h>

#include "scenario.h"

static const struct {
    const char* name;
    void (*run)(void);
} scenarios[] = {
    {"words", words},
    {"old_calls", old_calls},
    {"left_to_kernel", left_to_kernel},
    {"signals", signals},
    {"nested_waits", nested_waits},
    {"calls_in_handlers", calls_in_handlers},
    {"processes", processes},
    {"exec_again", exec_again},
    {"environments", environments},
    {"cancellation", cancellation},
    {"masks", masks},
    {"user_dispatch", user_dispatch},
    {"many_calls", many_calls},
    {"counted_wakes", counted_wakes},
    {"quick_end", quick_end},
    {"other_error_output", other_error_output},
    {"upstream", upstream},
    {"strict", strict},
};

static bool is_skipped(const char* condition) {
    return strcmp(condition, "if_kernel_has_numa_words") == 0 && !kernel_has_numa_words();
}

int main(int argc, char** argv) {
    alarm(60);
    if (argc == 3 && is_skipped(argv[2])) return 77;
    for (size_t i = 0; i < sizeof scenarios / sizeof *scenarios; ++i) {
        if (argc < 2 || strcmp(argv[1], scenarios[i].name) != 0) continue;
        scenarios[i].run();
        return 0;
    }
    fprintf(stderr, "no scenario '%s'\n", argc > 1 ? argv[1] : "");
    return 2;
}
