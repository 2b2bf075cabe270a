// SPDX-License-Identifier: MIT
// This library beside each of its peers, as ratios.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "bench/bootstrap.hpp"
#include "bench/result.hpp"

namespace futex2::bench {

/** What this library and a peer have both measured. */
struct ratio {
    size_t mine = 0;   // which of the report's results
    size_t peers = 0;  // and which of them it is compared with
    /** How many times better this library is, by the medians: above 1 it is faster. */
    double times = 0;
    std::optional<interval> noise;  // the confidence interval of times
    bool operator==(const ratio&) const = default;
};

/**
 * Every result of this library with that of every other engine which measures the same:
 * of the same word, or else of a 32-bit word of the same kind; a NUMA word with the kernel's
 * plain one of 32 bits where the kernel has none. In the order of the report. Where a median
 * is not above 0 there is no ratio.
 */
std::vector<ratio> ratios_of(const report& r);

}  // namespace futex2::bench
