// SPDX-License-Identifier: MIT
// `futex2 run`: another program, with this library in place of the kernel's futexes.
#pragma once

#include <CLI/CLI.hpp>

namespace futex2::command {

/** How many of the arguments are this command's: those of `run` end at a "--". */
int own_arguments(int argc, char** argv);

/**
 * Adds the subcommand. When it was chosen, parsing runs the program that it names, or the
 * arguments behind the "--", in place of this process, or sets status. `rest` ends in a null
 * pointer.
 */
void add_run(CLI::App& app, char** rest, int& status);

}  // namespace futex2::command
