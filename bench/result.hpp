// SPDX-License-Identifier: MIT
// What was measured: all output formats are made from this.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "bench/histogram.hpp"

namespace futex2::bench {

/** One number, measured several times. */
struct result {
    std::string suite;
    std::string variant;  // what is special about it within its suite; may be empty
    std::string engine;   // its name, or "reference"
    unsigned bits = 32;   // of a word
    bool numa = false;
    bool shared = false;
    int threads = 1;
    std::string metric;
    std::string unit;
    bool higher_is_better = false;
    std::vector<double> runs;  // empty where unsupported is not
    std::string unsupported;   // "not supported: ...": why the engine has no number
    // What it is a percentile of, of all runs together; of most results there is none.
    std::vector<histogram::bucket> distribution{};

    bool operator==(const result&) const = default;
};

/** Where and how it was measured. */
struct context {
    std::string version;   // of this library
    std::string compiler;  // that built the command, and how
    std::string host;
    std::string kernel;   // as uname -r
    std::string machine;  // as uname -m
    std::string cpu;      // the model's name
    int cpus = 0;         // that this process may use
    int nodes = 0;        // that hints can name
    bool virtual_nodes = false;
    uint64_t seed = 0;
    double clock_ns = 0;  // what the clock itself costs; measured times are less that
    std::vector<std::string> command;
    std::string date;  // when it began: ISO 8601, UTC

    bool operator==(const context&) const = default;
};

/** A ratio or a figure that the library has to keep to. */
struct claim {
    std::string what;
    double value = 0;
    std::string unit;
    double bound = 0;
    bool at_least = false;  // else at most

    bool holds() const { return at_least ? value >= bound : value <= bound; }
    bool operator==(const claim&) const = default;
};

struct report {
    context where;
    std::vector<result> results;
    std::vector<claim> claims;  // of the suite `all` alone

    bool operator==(const report&) const = default;
};

/** This process, now. */
context context_here(uint64_t seed);

}  // namespace futex2::bench
