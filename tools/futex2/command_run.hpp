// SPDX-License-Identifier: MIT
// For the tests: runs the command as a user would, and keeps what it said.
#pragma once

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>

namespace futex2::command {

struct command_result {
    int status = -1;  // its exit status; -1: it was killed
    std::string out;
    std::string err;
};

/** A file that is gone at the end. */
class temporary_file {
  public:
    temporary_file() {
        const int file = mkstemp(name_.data());
        if (file < 0) throw std::runtime_error("no temporary file");
        close(file);
    }
    ~temporary_file() { unlink(name_.c_str()); }
    temporary_file(const temporary_file&) = delete;
    temporary_file& operator=(const temporary_file&) = delete;

    const std::string& name() const { return name_; }
    std::string text() const {
        std::ifstream file(name_);
        return {std::istreambuf_iterator<char>(file), {}};
    }

  private:
    std::string name_ = std::string(P_tmpdir) + "/futex2-command-XXXXXX";
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

}  // namespace futex2::command
