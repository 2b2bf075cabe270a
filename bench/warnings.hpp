// SPDX-License-Identifier: MIT
// What makes a report's numbers doubtful.
#pragma once

#include <string>
#include <vector>

#include "bench/result.hpp"

namespace futex2::bench {

/** Of the median, in percent: a spread above it is called noise. */
inline constexpr double noise_limit = 10;

/**
 * How far the middle half of the runs spreads (the distance of the quartiles), in percent
 * of the median. 0 for fewer than four runs, whose quartiles say nothing, or where the
 * median is 0.
 */
double spread(const std::vector<double>& runs);

/** In words, a line each without its end: results above noise_limit; more threads than CPUs. */
std::vector<std::string> warnings_of(const report& r);

}  // namespace futex2::bench
