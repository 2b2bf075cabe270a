// SPDX-License-Identifier: MIT
// What `futex2 run` was asked for, as it comes to the program: in FUTEX2_RUN.
#pragma once

namespace futex2::run {

struct options {
    bool upstream = false;
    bool strict = false;
    bool stats = false;
    bool trap = false;
    const char* trace = nullptr;  // the file's name
    int first = 0;                // the process that the command was
};

// Constant after the library is loaded.
[[gnu::visibility("hidden")]] extern constinit options chosen;

void read_options(char** environment);

}  // namespace futex2::run
