// SPDX-License-Identifier: MIT
// Threads that all wait on one word: what wake, wake-parallel and requeue begin with.
#pragma once

#include <fmt/core.h>

#include <atomic>
#include <chrono>

#include "bench/team.hpp"
#include "bench/watchdog.hpp"

namespace futex2::bench {

/**
 * Starts `size` threads that wait once each, by wait() -> int, and returns when
 * all are asleep: after perf's pause, and not before queued() -> bool says that the
 * engine has them all in its queue, and all are seen to sleep.
 */
template <class Wait, class Queued>
class blocked_team {
  public:
    blocked_team(const placement& where, int size, const Wait& wait, const Queued& queued)
        : wait_(wait), queued_(queued), threads_(where, size, [this](int index) {
              threads_.blocking(index);
              int result;
              do result = wait_();
              while (result == -EINTR);
              if (result != 0) error_.store(result, std::memory_order_relaxed);
          }) {}

    void block(std::chrono::duration<double> pause, watchdog& dog) {
        threads_.release();
        dog.rest(pause);
        while (!queued_()) std::this_thread::yield();
        for (int i = 0; i < threads_.size(); ++i) {
            threads_.await_asleep(i, 1);
            dog.beat();
        }
    }

    /** Waits for their end. Throws if a wait has failed. */
    void join(const char* suite) {
        threads_.join();
        if (const int error = error_.load(); error != 0)
            throw std::runtime_error(fmt::format("{}: a wait answered {}", suite, error));
    }

  private:
    Wait wait_;
    Queued queued_;
    std::atomic<int> error_{0};
    team threads_;
};

/** How many a call woke or moved; it must not fail while threads are asleep. */
inline int count_of(int result, const char* suite) {
    if (result < 0) give_up(fmt::format("{}: a call answered {}", suite, result));
    return result;
}

}  // namespace futex2::bench
