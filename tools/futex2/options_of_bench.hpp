// SPDX-License-Identifier: MIT
// For subcommands of bench that measure nothing: most of its options are not for them.
#pragma once

#include <CLI/CLI.hpp>
#include <algorithm>
#include <string>
#include <vector>

namespace futex2::command {

/** Throws where an option of bench was given that is not among these. who: the subcommand. */
inline void expect_options_among(const CLI::App& bench, const std::vector<std::string>& names,
                                 const std::string& who) {
    for (const CLI::Option* option : bench.get_options()) {
        const bool expected = std::any_of(names.begin(), names.end(), [&](const std::string& name) {
            return option == bench.get_option(name);
        });
        if (!expected && option->count() > 0)
            throw CLI::ValidationError(option->get_name(), who + " measures nothing");
    }
}

}  // namespace futex2::command
