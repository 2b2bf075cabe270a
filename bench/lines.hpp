// SPDX-License-Identifier: MIT
// How the suites that perf does not have print their numbers.
#pragma once

#include <string>

#include "bench/workload.hpp"

namespace futex2::bench {

/**
 * "wake, nobody waits: 1.23 ns (95 %: 1.20 to 1.31)", a line for each series: the median
 * and its interval; of too few runs for one, the smallest and the largest.
 */
std::string lines(const std::vector<series>& measures, const measured& runs);

/** Four significant digits, without an exponent and without needless zeros: "0.1234", "12350". */
std::string number(double value);

}  // namespace futex2::bench
