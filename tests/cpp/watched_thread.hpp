// SPDX-License-Identifier: MIT
// Threads and conditions that a test waits for, but not for ever.
#pragma once

#include <pthread.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <thread>
#include <utility>

namespace futex2::test {

inline constexpr std::chrono::seconds patience{60};

// Whether condition() came to be true before patience ended.
inline bool eventually(const std::function<bool()>& condition) {
    const auto end = std::chrono::steady_clock::now() + patience;
    while (!condition()) {
        if (std::chrono::steady_clock::now() > end) {
            return false;
        }
        std::this_thread::yield();
    }
    return true;
}

// A thread that must have ended when this object goes; if it hangs, so would every
// later test: the program says which one it was, and aborts.
class watched_thread {
  public:
    watched_thread(const char* name, std::function<void()> body)
        : name_(name), thread_([this, body = std::move(body)] {
              body();
              done_.store(true, std::memory_order::release);
          }) {}
    watched_thread(const watched_thread&) = delete;
    watched_thread& operator=(const watched_thread&) = delete;
    ~watched_thread() { join(); }

    bool done() const { return done_.load(std::memory_order::acquire); }

    void join() {
        if (!thread_.joinable()) {
            return;
        }
        if (!eventually([this] { return done(); })) {
            std::fprintf(stderr, "thread '%s' does not end\n", name_);
            std::abort();
        }
        thread_.join();
    }

    // The thread must not have ended; one that is about to end is still there to be signalled.
    void signal(int number) { pthread_kill(thread_.native_handle(), number); }

  private:
    const char* name_;
    std::atomic<bool> done_{false};
    std::thread thread_;
};

}  // namespace futex2::test
