// SPDX-License-Identifier: MIT
// A thread that does something now and then, until it is no longer wanted.
#pragma once

#include <signal.h>

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace futex2::bench {

class ticker {
  public:
    /** Calls `tick` from a thread of its own each time that a period has passed. */
    ticker(std::chrono::duration<double> period, std::function<void()> tick) {
        // Signals are for the threads that do the work.
        sigset_t all;
        sigset_t before;
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &before);
        thread_ = std::thread([this, period, tick = std::move(tick)] {
            std::unique_lock lock(mutex_);
            while (!changed_.wait_for(lock, period, [this] { return over_; })) tick();
        });
        pthread_sigmask(SIG_SETMASK, &before, nullptr);
    }
    ticker(const ticker&) = delete;
    ticker& operator=(const ticker&) = delete;
    ~ticker() {
        {
            const std::lock_guard lock(mutex_);
            over_ = true;
        }
        changed_.notify_one();
        thread_.join();
    }

  private:
    std::mutex mutex_;
    std::condition_variable changed_;
    bool over_ = false;
    std::thread thread_;
};

}  // namespace futex2::bench
