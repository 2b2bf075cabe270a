// SPDX-License-Identifier: MIT
#include "stress/report.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <array>

namespace futex2::stress {

running_storm running = {"", 0};

namespace {

// As much of it as there is room for.
class line {
  public:
    line(fmt::string_view text, fmt::format_args values)
        : size_(static_cast<size_t>(
              fmt::vformat_to_n(text_.data(), text_.size() - 1, text, values).out - text_.data())) {
    }

    std::string_view text() const { return {text_.data(), size_}; }

    void write_out() {
        text_[size_] = '\n';
        [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, text_.data(), size_ + 1);
    }

  private:
    std::array<char, 512> text_;
    size_t size_;
};

}  // namespace

void vsay(fmt::string_view text, fmt::format_args values) {
    line(text, values).write_out();
}

void vfail(fmt::string_view text, fmt::format_args values) {
    say("stress: {}, seed {}: {}", running.name, running.seed, line(text, values).text());
    // Neither destructors nor buffers: other threads go on, and may hold their locks.
    _exit(1);
}

}  // namespace futex2::stress
