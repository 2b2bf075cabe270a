// SPDX-License-Identifier: MIT
#include "bench/progress.hpp"

#include <fmt/core.h>
#include <unistd.h>

#include <cstdio>

namespace futex2::bench {

progress::style progress::style_for(bool silent) {
    if (silent) return style::none;
    return isatty(STDERR_FILENO) == 1 ? style::bar : style::lines;
}

progress::~progress() {
    if (style_ == style::bar && begun_ > 0) std::fputs("\r\x1b[K", stderr);
}

void progress::step(const std::string& subject) {
    const bool is_new = subject != subject_;
    subject_ = subject;
    if (style_ == style::bar) draw(subject);
    if (style_ == style::lines && is_new) {
        const std::string line =
            fmt::format("[{:3}%] {}\n", 100 * begun_ / (steps_ > 0 ? steps_ : 1), subject);
        std::fputs(line.c_str(), stderr);
    }
    ++begun_;
}

void progress::draw(const std::string& subject) const {
    constexpr int width = 30;
    const int full = width * begun_ / (steps_ > 0 ? steps_ : 1);
    const std::string line =
        fmt::format("\r\x1b[K[{:#<{}}{:.<{}}] {:3}%  {}", "", full, "", width - full,
                    100 * begun_ / (steps_ > 0 ? steps_ : 1), subject);
    std::fputs(line.c_str(), stderr);
}

}  // namespace futex2::bench
