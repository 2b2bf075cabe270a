// SPDX-License-Identifier: MIT
// Lines on stderr that need no memory, from any thread, a signal handler or a forked child.
#pragma once

#include <fmt/format.h>
#include <unistd.h>

#include <cstdint>
#include <string_view>
#include <utility>

namespace futex2::stress {

/** Which storm it is that lines are about. */
struct running_storm {
    std::string_view name;
    uint64_t seed;
};
extern running_storm running;

template <class... T>
void say(fmt::format_string<T...> text, T&&... values) {
    char line[512];
    const auto end = fmt::format_to_n(line, sizeof line - 1, text, std::forward<T>(values)...).out;
    *end = '\n';
    [[maybe_unused]] const ssize_t written =
        write(STDERR_FILENO, line, static_cast<size_t>(end + 1 - line));
}

/** Says what is wrong, with the storm and its seed, and ends the process with status 1. */
template <class... T>
[[noreturn]] void fail(fmt::format_string<T...> text, T&&... values) {
    char reason[384];
    const auto end = fmt::format_to_n(reason, sizeof reason, text, std::forward<T>(values)...).out;
    say("stress: {}, seed {}: {}", running.name, running.seed,
        std::string_view(reason, static_cast<size_t>(end - reason)));
    // Neither destructors nor buffers: other threads go on, and may hold their locks.
    _exit(1);
}

}  // namespace futex2::stress
