// SPDX-License-Identifier: MIT
// Waits that a signal handler interrupts.
#include <futex2/futex.hpp>

#include <gtest/gtest.h>
#include <signal.h>

#include <atomic>
#include <cpp/watched_thread.hpp>
#include <thread>

namespace futex2::test {
namespace {

std::atomic<int> signals_handled{0};

// While it lives, SIGUSR1 interrupts system calls and is counted.
class interrupting_signal {
  public:
    interrupting_signal() {
        struct sigaction action {};
        action.sa_handler = [](int) { signals_handled.fetch_add(1); };
        sigaction(SIGUSR1, &action, &before_);  // no SA_RESTART
    }
    ~interrupting_signal() { sigaction(SIGUSR1, &before_, nullptr); }

  private:
    struct sigaction before_ {};
};

TEST(FutexSignalTest, AWaitGoesOnAfterAHandler) {
    const interrupting_signal signal;
    futex<std::uint32_t> word{0};
    std::atomic<bool> stop{false};
    watched_thread waiter("wait", [&] {
        word.wait(0);
        EXPECT_TRUE(word.wait_for(1, patience));
        while (!stop.load()) {
            std::this_thread::yield();  // stays, so that it can be signalled
        }
    });
    for (std::uint32_t value = 0; value < 2; ++value) {
        const int before = signals_handled.load();
        for (int i = 1; i <= 5; ++i) {
            waiter.signal(SIGUSR1);
            ASSERT_TRUE(eventually([&] { return signals_handled.load() >= before + i; }));
            ASSERT_TRUE(eventually([&] { return word.wake(1) == 1; }));  // it sleeps again
        }
        word.store_and_wake(value + 1);
    }
    stop.store(true);
}

TEST(FutexSignalTest, WaitOnceReportsIt) {
    const interrupting_signal signal;
    numa_futex<std::uint64_t> word{0};
    std::atomic<bool> interrupted{false}, stop{false};
    watched_thread waiter("wait_once", [&] {
        EXPECT_EQ(word.wait_once(0), std::errc::interrupted);
        interrupted.store(true);
        while (!stop.load()) {
            std::this_thread::yield();
        }
    });
    // Again and again: a signal that comes before the thread sleeps interrupts nothing.
    EXPECT_TRUE(eventually([&] { return waiter.signal(SIGUSR1), interrupted.load(); }));
    EXPECT_EQ(word.hint(), -1);
    stop.store(true);
}

}  // namespace
}  // namespace futex2::test
