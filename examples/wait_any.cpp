// SPDX-License-Identifier: MIT
// A consumer that sleeps on two queues and a stop flag at once, whichever comes first.
#include <array>
#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <futex2/futex.hpp>
#include <thread>

// How many items were ever put in; 64 bits, so that the count never comes round again.
struct queue {
    futex2::numa_futex<std::uint64_t> put{0};

    void push() {
        put.fetch_add(1, std::memory_order::release);
        put.notify_one();
    }
};

int main() {
    constexpr std::uint64_t items = 10'000;
    std::array<queue, 2> queues;
    std::atomic<bool> stop{false};
    std::array<std::uint64_t, 2> taken{0, 0};

    std::jthread consumer([&] {
        for (bool stopping = false; !stopping;) {
            const std::size_t first =
                futex2::wait_any(futex2::word(queues[0].put, taken[0]),
                                 futex2::word(queues[1].put, taken[1]), futex2::word(stop, false));
            stopping = first == 2 && stop.load();
            for (std::size_t i = 0; i < queues.size(); ++i) {
                taken[i] = queues[i].put.load(std::memory_order::acquire);
            }
        }
    });
    {
        std::array<std::jthread, 2> producers;
        for (std::size_t i = 0; i < queues.size(); ++i) {
            producers[i] = std::jthread([&queues, i] {
                for (std::uint64_t item = 0; item < items; ++item) {
                    queues[i].push();
                }
            });
        }
    }
    stop.store(true);
    futex2::notify_one(stop);
    consumer.join();
    std::printf("taken: %llu and %llu\n", static_cast<unsigned long long>(taken[0]),
                static_cast<unsigned long long>(taken[1]));
    return taken[0] == items && taken[1] == items ? EXIT_SUCCESS : EXIT_FAILURE;
}
