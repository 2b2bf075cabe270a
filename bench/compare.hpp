// SPDX-License-Identifier: MIT
// Two reports beside each other: what changed beyond the noise.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "bench/bootstrap.hpp"
#include "bench/result.hpp"

namespace futex2::bench {

enum class verdict {
    faster,     // the whole interval is below 1
    slower,     // the whole interval is above 1
    unchanged,  // 1 lies within: what differs may be noise
    unknown,    // there is no interval
};

/** "faster", "slower", "unchanged" or "unknown". */
const char* name_of(verdict v);

/** What both reports have measured. */
struct change {
    result before;
    result after;
    /** After over before by the medians, or the other way round where higher is better. */
    std::optional<double> slowdown;  // none where a median is not above 0
    std::optional<interval> noise;   // the confidence interval of slowdown
    verdict found = verdict::unknown;
    bool beyond_threshold = false;  // slower, and slowdown says by more than the threshold
};

struct comparison {
    context before;
    context after;
    double threshold = 0;         // percent
    std::vector<change> changes;  // in the order of the first report
    std::vector<result> only_before;
    std::vector<result> only_after;

    bool slower_beyond_threshold() const;
};

/**
 * Pairs the results by all that says what was measured: suite, variant, engine, kind
 * of word, threads, metric, unit and which way is better. Those that are alike in
 * all of it are paired in turn. What an engine could not do is not there.
 * threshold: in percent.
 */
comparison compare(const report& before, const report& after, double threshold);

/** In what the machines, and their kernels, differ, in words; "" in nothing. */
std::string difference(const context& before, const context& after);

}  // namespace futex2::bench
