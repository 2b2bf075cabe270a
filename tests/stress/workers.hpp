// SPDX-License-Identifier: MIT
// What the storms over the types have in common: threads that choose what they do next, are
// hit by signals, and have one lane each.
#pragma once

#include <pthread.h>

#include <functional>
#include <futex2/deadline.hpp>
#include <memory>
#include <random>

#include "stress/watchdog.hpp"

namespace futex2::stress {

struct worker {
    lane progress;
    std::mt19937_64 random;
    uint64_t timeouts = 0;
    std::atomic<pthread_t> thread{};

    uint64_t below(uint64_t n) { return random() % n; }
    bool one_in(uint64_t n) { return below(n) == 0; }
    /** Most pass while somebody waits; some have passed already. */
    deadline soon() {
        return to_deadline(std::chrono::nanoseconds(below(80'000)) -
                           std::chrono::nanoseconds(5'000));
    }
};

class workers {
  public:
    explicit workers(const conditions& how);

    /** work(worker, its index) in a thread each. */
    void run(const std::function<void(worker&, size_t)>& work);

    /** Sends a signal to any of them, now and then, and lets other threads run. */
    void disturb(worker& w);

    /** What each does if they all do the same. */
    const limit& share() const { return each_; }
    size_t size() const { return all_.size(); }

    /** When none is left; also adds what is wrong with the tables. */
    account close_account(account a) const;

  private:
    const conditions how_;
    const limit each_;
    std::vector<std::unique_ptr<worker>> all_;
    std::atomic<size_t> begun_{0};
    std::atomic<uint64_t> signals_{0};
};

}  // namespace futex2::stress
