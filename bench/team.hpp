// SPDX-License-Identifier: MIT
// The threads of one run: started together, seen to sleep, joined in any case.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "bench/placement.hpp"

namespace futex2::bench {

/**
 * Threads that stop at a gate before they begin.
 *
 * A thread that is about to block says so by blocking(); then the team can wait
 * until it really sleeps in the kernel.
 */
class team {
  public:
    using body = std::function<void(int index)>;

    /** Where a team's threads run: its i-th on where.of(i), or anywhere. */
    enum class placed { in_turn, anywhere };

    /** Starts `size` threads. Throws, with none left, if one cannot be started. */
    team(const placement& where, int size, body work, placed how = placed::in_turn);
    ~team();
    team(const team&) = delete;
    team& operator=(const team&) = delete;

    /** Opens the gate once all threads stand at it; returns the time when it did. */
    int64_t release();

    /** Of the thread itself: the next thing it does is a call that blocks. */
    void blocking(int index) {
        member& m = members_[static_cast<size_t>(index)];
        m.blockings.fetch_add(1, std::memory_order_release);
    }

    /** How often a thread has said that it is about to block. */
    unsigned blockings(int index) const {
        return members_[static_cast<size_t>(index)].blockings.load(std::memory_order_acquire);
    }

    /** Waits until a thread has said so `count` times, and sleeps. */
    void await_asleep(int index, unsigned count) const;

    /** Returns when all threads have ended. */
    void join();

    int size() const { return static_cast<int>(threads_.size()); }

  private:
    struct alignas(128) member {
        std::atomic<unsigned> blockings{0};
        std::atomic<pid_t> thread{0};
    };

    bool asleep(int index) const;
    void work(int index, std::optional<slot> where);
    bool pass_gate();
    void open_gate(bool cancelled);

    const body body_;
    std::vector<member> members_;
    std::mutex mutex_;
    std::condition_variable arrived_;
    std::condition_variable opened_;
    int at_gate_ = 0;
    bool open_ = false;
    bool cancelled_ = false;
    std::vector<std::thread> threads_;
};

}  // namespace futex2::bench
