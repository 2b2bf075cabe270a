// SPDX-License-Identifier: MIT
// A mutex on a NUMA word, for std::lock_guard. Threads that wait for it are queued in memory of
// their node. It needs no third state for "somebody waits": the word's hint says so, and an
// unlock that nobody waits for is one atomic instruction.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <futex2/futex.hpp>
#include <mutex>
#include <thread>
#include <vector>

class numa_mutex {
    enum class state : std::uint32_t { free, taken };

  public:
    void lock() {
        while (!try_lock()) {
            word_.wait(state::taken, std::memory_order::relaxed);
        }
    }
    bool try_lock() {
        state seen = state::free;
        return word_.compare_exchange_strong(seen, state::taken, std::memory_order::acquire,
                                             std::memory_order::relaxed);
    }
    void unlock() { word_.store_and_wake(state::free, 1); }

  private:
    futex2::numa_futex<state> word_{state::free};
};

int main() {
    constexpr int threads = 4, rounds = 20'000;
    numa_mutex mutex;
    long count = 0;
    {
        std::vector<std::jthread> all;
        for (int i = 0; i < threads; ++i) {
            all.emplace_back([&] {
                for (int round = 0; round < rounds; ++round) {
                    const std::lock_guard guard(mutex);
                    ++count;
                }
            });
        }
    }
    std::printf("%d threads counted to %ld\n", threads, count);
    return count == long{threads} * rounds ? EXIT_SUCCESS : EXIT_FAILURE;
}
