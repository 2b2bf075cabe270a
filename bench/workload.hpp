// SPDX-License-Identifier: MIT
// One measurement that can be repeated: a suite, for one target.
#pragma once

#include <string>
#include <vector>

#include "bench/histogram.hpp"
#include "bench/watchdog.hpp"

namespace futex2::bench {

/** What one number of a run is. */
struct series {
    std::string variant;  // what is special about it within its suite; may be empty
    int threads = 1;
    std::string metric;  // "time", "throughput", ...
    std::string unit;    // "ns", "ms", "ops/s", ...
    bool higher_is_better = false;
    // Where they differ from the target's:
    bool other_kind = false;  // NUMA where the target is plain, plain where it is NUMA
    std::string engine{};     // "reference": neither the library nor the kernel
};

/** Numbers by series, then by run. */
using measured = std::vector<std::vector<double>>;

class workload {
  public:
    workload() = default;
    workload(const workload&) = delete;
    workload& operator=(const workload&) = delete;
    virtual ~workload() = default;

    virtual std::vector<series> measures() const = 0;

    /** Does the work once: a number for each series. Throws when it cannot. */
    virtual std::vector<double> run(watchdog& dog) = 0;

    /** What the first series of the last run is a percentile of; nullptr: of nothing. */
    virtual const histogram* distribution() const { return nullptr; }

    /** What went wrong although all runs came to their end; empty: nothing. */
    virtual std::string failure() const { return ""; }

    // The text of the formats `default` and `simple`; perf's, where perf has the
    // suite. Whole lines; what --silent leaves out is in text_of_run() alone.
    virtual std::string heading() const { return ""; }
    virtual std::string text_of_run(int /* from 1 */) const { return ""; }
    virtual std::string closing(const measured& /* all runs */) const { return ""; }
};

}  // namespace futex2::bench
