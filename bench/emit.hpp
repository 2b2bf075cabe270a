// SPDX-License-Identifier: MIT
// From what was measured to what is printed and written.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "bench/run.hpp"

namespace futex2::bench {

enum class format {
    standard,  // "default": perf's lines, of `all` the table
    simple,
    json,
    csv,
};

/** "default", "simple", "json" or "csv". */
std::optional<format> format_named(std::string_view name);

/** That of a file's suffix (.json, .csv, .txt), else `otherwise`. */
format format_for_file(std::string_view path, format otherwise);

/** Whether the text that a suite says while it runs is what this format prints. */
bool is_running_text(format f, const suite* which);

/** which: nullptr for several; running_text: what the suite said. */
std::string rendered(format f, const suite* which, const request& asked, const report& r,
                     const std::string& running_text);

/** Where results go beside stdout; "" stands for nowhere. */
struct destinations {
    std::string file;     // in the format of its suffix, or else as what is printed
    std::string page;     // as HTML
    std::string traffic;  // to be shown there: a file for read_traffic
};

/**
 * Runs a suite (nullptr: several, as asked.peers says), prints to stdout and writes the files.
 * Returns the status to exit with: 1 where a suite found a failure, which is said on stderr. Throws
 * std::invalid_argument, before anything is measured, where a file cannot be written or read.
 */
int measure(const suite* which, const request& asked, format printed, const destinations& to);

}  // namespace futex2::bench
