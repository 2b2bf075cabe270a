// SPDX-License-Identifier: MIT
// Runs suites.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "bench/progress.hpp"
#include "bench/result.hpp"
#include "bench/settings.hpp"
#include "bench/suites.hpp"

namespace futex2::bench {

struct request {
    settings how;
    std::vector<engine_id> engines = all_engines();
    std::vector<unsigned> sizes;  // empty: the suite's default
    bool numa = false;            // NUMA words; of `all`: NUMA words alone
    bool peers = false;           // of no single suite: what peers can do, else `all`
    int repeats = 0;              // 0: the suite's default
    int warm_ups = -1;            // -1: one; none of perf's suites alone
};

class job;

struct outcome {
    report what;
    std::vector<std::string> failures;  // of runs that came to their end

    void add(const job& j);
};

/** Text for people, piece by piece as it comes to be; may be empty. */
using text_sink = std::function<void(const std::string&)>;

/** Adds what the suite's numbers are compared with beyond the engines, if it has such. */
void add_reference(const suite& which, std::vector<job>& jobs);

/** Adds one for each engine and kind of word that was asked for. */
void add_jobs(const suite& which, const request& asked, std::vector<job>& jobs);

/** These, and the reference. */
std::vector<job> jobs_of(const suite& which, const request& asked);

/** Whether several engines or kinds of words take turns: then text comes at the end. */
bool compares(const suite& which, const request& asked);

/** One suite; engines and kinds of words take turns, run by run, in random order. */
outcome run_suite(const suite& which, const request& asked, const text_sink& text,
                  progress::style style);

/** What the claims are about, of all suites of words, in the same way. */
outcome run_all(const request& asked, progress::style style);

/** What peers can do as well, of all suites, in the same way. */
outcome run_peers(const request& asked, progress::style style);

/** mlockall(2), if that was asked for. */
void lock_memory(const settings& how);

}  // namespace futex2::bench
