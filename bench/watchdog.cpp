// SPDX-License-Identifier: MIT
#include "bench/watchdog.hpp"

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <thread>

namespace futex2::bench {

using std::chrono::duration;

watchdog::watchdog(duration<double> patience)
    : patience_(patience), guard_(patience, [this] { look(); }) {}

void watchdog::watch(std::string what) {
    const std::lock_guard lock(mutex_);
    what_ = std::move(what);
    ++beats_;
}

void watchdog::beat() {
    const std::lock_guard lock(mutex_);
    ++beats_;
}

void watchdog::rest(duration<double> how_long) {
    const duration<double> slice = std::min<duration<double>>(patience_ / 4, how_long);
    const auto end = std::chrono::steady_clock::now() + how_long;
    while (std::chrono::steady_clock::now() < end) {
        const duration<double> left = end - std::chrono::steady_clock::now();
        std::this_thread::sleep_for(std::min(left, slice));
        beat();
    }
}

void watchdog::look() {
    const std::lock_guard lock(mutex_);
    if (beats_ == seen_) bite();
    seen_ = beats_;
}

void watchdog::bite() const {
    give_up(fmt::format("{}: stuck: nothing happened for {:g} seconds", what_, patience_.count()));
}

void give_up(const std::string& why) {
    // Neither destructors nor buffers: other threads may hold their locks.
    const std::string line = fmt::format("futex2: {}\n", why);
    [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, line.data(), line.size());
    _exit(1);
}

}  // namespace futex2::bench
