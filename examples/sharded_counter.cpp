// SPDX-License-Identifier: MIT
// A counter with a shard for each NUMA node. To add touches a line of the thread's own node; to
// read adds up all shards. For what is counted often and read seldom.
#include <futex2/futex2.h>
#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <futex2/latch.hpp>
#include <thread>
#include <vector>

class sharded_counter {
  public:
    sharded_counter() : shards_(static_cast<std::size_t>(std::max(futex2_node_count(), 1))) {}

    void add(std::int64_t n) { here().value.fetch_add(n, std::memory_order::relaxed); }

    /** All that was added before, and perhaps some of what is being added now. */
    std::int64_t sum() const {
        std::int64_t all = 0;
        for (const shard& s : shards_) {
            all += s.value.load(std::memory_order::relaxed);
        }
        return all;
    }

    std::size_t shards() const { return shards_.size(); }

  private:
    // Two lines: CPUs fetch the neighbour of a line, too.
    struct alignas(128) shard {
        std::atomic<std::int64_t> value{0};
    };

    // A thread may move between this and the addition. So the addition is atomic, and the node
    // only a good guess. Nodes' numbers may have gaps, and both calls may fail: hence the modulus.
    shard& here() {
        const int node = futex2_current_node();
        return shards_[node > 0 ? static_cast<std::size_t>(node) % shards_.size() : 0];
    }

    std::vector<shard> shards_;
};

int main() {
    constexpr int threads = 4, rounds = 100'000;
    sharded_counter counter;
    futex2::latch start(threads);
    {
        std::vector<std::jthread> all;
        for (int i = 0; i < threads; ++i) {
            all.emplace_back([&] {
                start.arrive_and_wait();
                for (int round = 0; round < rounds; ++round) {
                    counter.add(1);
                }
            });
        }
    }
    std::printf("%zu shards, sum %lld\n", counter.shards(), static_cast<long long>(counter.sum()));
    return counter.sum() == std::int64_t{threads} * rounds ? EXIT_SUCCESS : EXIT_FAILURE;
}
