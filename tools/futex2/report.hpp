// SPDX-License-Identifier: MIT
// `futex2 bench report`: the page of a report that was measured before.
#pragma once

#include <CLI/CLI.hpp>

namespace futex2::command {

/**
 * Adds the subcommand to `bench`, whose options --output and --traffic it takes. When it
 * was chosen, parsing runs it and sets status.
 */
void add_report(CLI::App& bench, int& status);

}  // namespace futex2::command
