// SPDX-License-Identifier: MIT
// A suite in a process of its own: where the library's environment has to be
// another than here.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "bench/watchdog.hpp"

namespace futex2::bench {

using variables = std::vector<std::pair<std::string, std::string>>;

/**
 * Runs this program with the arguments, and the variables added to its
 * environment; returns the median of each result in the JSON that it prints.
 * Throws if it fails or prints anything else.
 */
std::vector<double> run_child(const std::vector<std::string>& arguments, const variables& added,
                              watchdog& dog);

}  // namespace futex2::bench
