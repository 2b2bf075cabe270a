// SPDX-License-Identifier: MIT
#include "bench/team.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <cstdlib>
#include <exception>
#include <string>

#include "bench/clock.hpp"
#include "bench/watchdog.hpp"
#include "kernel/calls.hpp"

namespace futex2::bench {

namespace {

std::optional<std::string> beginning_of(const std::string& path) {
    const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) return std::nullopt;
    char text[128];
    const ssize_t size = read(file, text, sizeof text);
    close(file);
    if (size < 0) return std::nullopt;
    return std::string(text, static_cast<size_t>(size));
}

}  // namespace

team::team(const placement& where, int size, body work, placed how)
    : body_(std::move(work)), members_(static_cast<size_t>(size)) {
    threads_.reserve(members_.size());
    try {
        for (int i = 0; i < size; ++i) {
            std::optional<slot> place;
            if (how == placed::in_turn) place = where.of(i);
            threads_.emplace_back([this, i, place] { this->work(i, place); });
        }
    } catch (...) {
        open_gate(true);
        join();
        throw;
    }
}

team::~team() {
    if (!open_) open_gate(true);
    join();
}

void team::work(int index, std::optional<slot> where) {
    try {
        if (where) pin(*where);
        members_[static_cast<size_t>(index)].thread.store(gettid(), std::memory_order_release);
        if (pass_gate()) body_(index);
    } catch (const std::exception& error) {
        give_up(error.what());  // others may wait for this thread
    }
}

bool team::pass_gate() {
    std::unique_lock lock(mutex_);
    ++at_gate_;
    arrived_.notify_one();
    opened_.wait(lock, [this] { return open_; });
    return !cancelled_;
}

void team::open_gate(bool cancelled) {
    const std::lock_guard lock(mutex_);
    open_ = true;
    cancelled_ = cancelled;
    opened_.notify_all();
}

int64_t team::release() {
    std::unique_lock lock(mutex_);
    arrived_.wait(lock, [this] { return at_gate_ == size(); });
    lock.unlock();
    const int64_t time = now();
    open_gate(false);
    return time;
}

void team::join() {
    for (std::thread& t : threads_)
        if (t.joinable()) t.join();
}

// The state S in /proc says little: a thread has it already while it queues
// itself. /proc/PID/task/TID/syscall names the call only once the thread is off
// its CPU; where there is no such file, S must do.
bool team::asleep(int index) const {
    const pid_t thread =
        members_[static_cast<size_t>(index)].thread.load(std::memory_order_acquire);
    const std::string folder = fmt::format("/proc/self/task/{}/", thread);
    if (const std::optional<std::string> call = beginning_of(folder + "syscall")) {
        char* end = nullptr;
        const long number = std::strtol(call->c_str(), &end, 10);
        return end != call->c_str() && (number == SYS_futex || number == kernel::nr_futex_wait ||
                                        number == kernel::nr_futex_waitv);
    }
    // "TID (name) S ..."
    const std::string state = beginning_of(folder + "stat").value_or("");
    const size_t name_end = state.rfind(')');
    return name_end != std::string::npos && state.compare(name_end, 3, ") S") == 0;
}

void team::await_asleep(int index, unsigned count) const {
    while (blockings(index) < count) std::this_thread::yield();
    while (!asleep(index)) std::this_thread::yield();
}

}  // namespace futex2::bench
