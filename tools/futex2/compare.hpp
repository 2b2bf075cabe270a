// SPDX-License-Identifier: MIT
// `futex2 bench compare`: what changed between two reports.
#pragma once

#include <CLI/CLI.hpp>

namespace futex2::command {

/**
 * Adds the subcommand to `bench`, whose option --format it takes. When it was
 * chosen, parsing runs it and sets status: 1 if something got slower by more than
 * the threshold.
 */
void add_compare(CLI::App& bench, int& status);

}  // namespace futex2::command
