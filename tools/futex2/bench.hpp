// SPDX-License-Identifier: MIT
// `futex2 bench`: measures this library and the kernel.
#pragma once

#include <CLI/CLI.hpp>

namespace futex2::command {

/** Adds the subcommand. When a suite of it was chosen, parsing runs it and sets status. */
void add_bench(CLI::App& app, int& status);

}  // namespace futex2::command
