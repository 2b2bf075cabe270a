// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

namespace futex2::bench {

// Of no values at all each of them is 0.

double median(std::vector<double> values);
double smallest(const std::vector<double>& values);
double largest(const std::vector<double>& values);
/** The value below which that part of them lies, 0 <= part <= 1; between two, linearly. */
double quantile(std::vector<double> values, double part);
double mean(const std::vector<double>& values);

/**
 * The standard error of the mean in percent of the mean, 0 for fewer than two
 * values: what perf prints behind "+-" (tools/perf/util/stat.c).
 */
double relative_error(const std::vector<double>& values);

}  // namespace futex2::bench
