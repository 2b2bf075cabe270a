// SPDX-License-Identifier: MIT
// For the tests: runs the command as a user would, and keeps what it said.
#pragma once

#include <gtest/gtest.h>
#include <stdio.h>
#include <sys/wait.h>

#include <algorithm>
#include <stdexcept>
#include <string>

#include "temporary_file.hpp"

namespace futex2::command {

struct command_result {
    int status = -1;  // its exit status; -1: it was killed
    std::string out;
    std::string err;
};

/**
 * Runs the command (FUTEX2_COMMAND, from the build) through the shell:
 * `arguments` and `environment` ("FUTEX2_NODES=4") are shell text. A variable of
 * this library in the test's own environment does not reach it.
 */
inline command_result run_command(const std::string& arguments,
                                  const std::string& environment = "") {
    const temporary_file errors;
    const std::string line = "env -u FUTEX2_NODES -u FUTEX2_SPIN " + environment +
                             " '" FUTEX2_COMMAND "' " + arguments + " 2>" + errors.name();
    FILE* output = popen(line.c_str(), "r");
    if (output == nullptr) throw std::runtime_error("no shell");
    command_result result;
    char piece[4096];
    for (size_t got; (got = fread(piece, 1, sizeof piece, output)) > 0;)
        result.out.append(piece, got);
    const int status = pclose(output);
    if (WIFEXITED(status)) result.status = WEXITSTATUS(status);
    result.err = errors.text();
    return result;
}

inline long lines_of(const std::string& text) {
    return std::count(text.begin(), text.end(), '\n');
}

/** Bad input: nothing on stdout, one line with the reason on stderr, status 2. */
inline void expect_refused(const command_result& result, const std::string& reason) {
    EXPECT_EQ(result.status, 2) << reason;
    EXPECT_EQ(result.out, "");
    EXPECT_EQ(lines_of(result.err), 1) << result.err;
    EXPECT_NE(result.err.find(reason), std::string::npos) << result.err;
}

}  // namespace futex2::command
