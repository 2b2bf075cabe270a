// SPDX-License-Identifier: MIT
// What `futex2 run` was asked for, as it comes to the program: in FUTEX2_RUN.
#pragma once

#include <limits.h>
#include <stddef.h>

namespace futex2::run {

// With the zero. Others put a number behind it, and write it under a longer name at first.
inline constexpr size_t most_bytes_of_trace = PATH_MAX - 48;

// An exec sets handlers back, and keeps what is ignored: of SIGSYS this library must do that. The
// first word, so that who puts it there can take it away.
inline constexpr char word_for_ignored_sigsys[] = "ignore-sigsys";

struct options {
    bool upstream = false;
    bool strict = false;
    bool stats = false;
    bool trap = false;
    bool ignores_sigsys = false;  // at first
    const char* trace = nullptr;  // the file's name
    int first = 0;                // the process that the command was
};

// Constant after the library is loaded.
[[gnu::visibility("hidden")]] extern constinit options chosen;

void read_options(char** environment);

}  // namespace futex2::run
