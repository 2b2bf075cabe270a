// SPDX-License-Identifier: MIT
// How far the noise of the runs reaches: bootstrap confidence intervals.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace futex2::bench {

struct interval {
    double low = 0;
    double high = 0;

    bool contains(double value) const { return low <= value && value <= high; }
    bool operator==(const interval&) const = default;
};

/** The part of all intervals that are to contain the true value. */
inline constexpr double confidence = 0.95;

/** Drawn for each interval: enough to give its ends to about the third digit. */
inline constexpr size_t resamples = 10'000;

/**
 * Of fewer runs no interval is known. Even the whole range of n runs misses the
 * true median with a chance of 2^(1-n): 6 % of 5, but 13 % of 4, and of a single run
 * nothing can be said at all.
 */
inline constexpr size_t fewest_runs = 5;

/** Of the draws. The same runs and seed give the same interval, in whatever order they are. */
inline constexpr uint64_t bootstrap_seed = 1979;

/**
 * The percentile interval (B. Efron and R. J. Tibshirani, An Introduction to the
 * Bootstrap, 1993, chapter 13) of the median of which these runs are a sample:
 * between its ends lie the medians of all resamples but for the (1 - confidence) / 2
 * smallest and as many largest. In the runs' unit. Of few runs its ends can only be
 * some of them: 91 to 97 % of all intervals contain the true median, of 7 runs 87 %.
 * Without a value for fewer than fewest_runs.
 */
std::optional<interval> interval_of_median(std::vector<double> runs,
                                           uint64_t seed = bootstrap_seed);

/**
 * The same of the ratio of two medians, of samples that are independent of each
 * other: each is resampled by itself. 95 to 98 % contain the true ratio. Without a
 * value also where a run is not above 0: a ratio says nothing there.
 */
std::optional<interval> interval_of_ratio(std::vector<double> numerator,
                                          std::vector<double> denominator,
                                          uint64_t seed = bootstrap_seed);

}  // namespace futex2::bench
