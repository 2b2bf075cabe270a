// SPDX-License-Identifier: MIT
// `futex2 info`: what the library built here, and what it stands on.
#pragma once

#include <CLI/CLI.hpp>

namespace futex2::command {

/** Adds the subcommand. When it was chosen, parsing runs it and sets status. */
void add_info(CLI::App& app, int& status);

}  // namespace futex2::command
