// SPDX-License-Identifier: MIT
// Lines on stderr that need no memory, from any thread, a signal handler or a forked child.
#pragma once

#include <fmt/core.h>

#include <cstdint>
#include <string_view>

namespace futex2::stress {

/** Which storm it is that lines are about. */
struct running_storm {
    std::string_view name;
    uint64_t seed;
};
extern running_storm running;

// What say() and fail() do, whatever the types: compiled once.
void vsay(fmt::string_view text, fmt::format_args values);
[[noreturn]] void vfail(fmt::string_view text, fmt::format_args values);

template <class... T>
void say(fmt::format_string<T...> text, const T&... values) {
    vsay(text, fmt::make_format_args(values...));
}

/** Says what is wrong, with the storm and its seed, and ends the process with status 1. */
template <class... T>
[[noreturn]] void fail(fmt::format_string<T...> text, const T&... values) {
    vfail(text, fmt::make_format_args(values...));
}

}  // namespace futex2::stress
