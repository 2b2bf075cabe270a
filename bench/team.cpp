// SPDX-License-Identifier: MIT
#include "bench/team.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <cstring>
#include <exception>

#include "bench/clock.hpp"

namespace futex2::bench {

using namespace std::chrono_literals;

team::team(const placement& where, int size, body work, placed how)
    : body_(std::move(work)), members_(static_cast<size_t>(size)) {
    threads_.reserve(members_.size());
    try {
        for (int i = 0; i < size; ++i) {
            const slot* place = how == placed::in_turn ? &where.of(i) : nullptr;
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

void team::work(int index, const slot* where) {
    try {
        if (where != nullptr) pin(*where);
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

// The third field of /proc/PID/task/TID/stat, behind the name in parentheses.
bool team::asleep(int index) const {
    const pid_t thread =
        members_[static_cast<size_t>(index)].thread.load(std::memory_order_acquire);
    const int file = open(fmt::format("/proc/self/task/{}/stat", thread).c_str(), O_RDONLY);
    if (file < 0) return false;
    char text[128];
    const ssize_t size = read(file, text, sizeof text - 1);
    close(file);
    if (size <= 0) return false;
    text[size] = '\0';
    const char* name_end = std::strrchr(text, ')');
    return name_end != nullptr && std::strncmp(name_end, ") S", 3) == 0;
}

void team::await_asleep(int index, unsigned count) const {
    while (blockings(index) < count) std::this_thread::yield();
    while (!asleep(index)) std::this_thread::yield();
}

// A thread may also sleep for a moment because a lock of its engine is taken: so
// all have to be found asleep twice, with time in between.
void team::await_all_asleep(unsigned count, watchdog& dog) const {
    for (int round = 0; round < 2; ++round) {
        for (int i = 0; i < size(); ++i) {
            await_asleep(i, count);
            dog.beat();
        }
        std::this_thread::sleep_for(1ms);
    }
}

}  // namespace futex2::bench
