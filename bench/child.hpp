// SPDX-License-Identifier: MIT
// A run in a process of its own: where the environment has to be another than here, or
// what the kernel keeps for a process.
#pragma once

#include <functional>
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

/**
 * The numbers of work(dog of its own) in a child that is forked from here. Throws
 * std::runtime_error with its reason if the work throws, or the child ends otherwise.
 */
std::vector<double> run_forked(const std::function<std::vector<double>(watchdog&)>& work,
                               watchdog& dog);

}  // namespace futex2::bench
