// SPDX-License-Identifier: MIT
#include "bench/repeat_for.hpp"

#include <chrono>
#include <numeric>

#include "bench/clock.hpp"
#include "bench/team.hpp"

namespace futex2::bench {

tally run_for(double seconds, const placement& where, int size, watchdog& dog,
              const repetition& body) {
    tally all{std::vector<int64_t>(static_cast<size_t>(size)), 0, 0};
    alignas(128) std::atomic<bool> done{false};
    team threads(where, size,
                 [&](int index) { all.of_thread[static_cast<size_t>(index)] = body(index, done); });
    const int64_t begin = threads.release();
    dog.rest(std::chrono::duration<double>(seconds));
    done.store(true, std::memory_order_relaxed);
    threads.join();
    all.seconds = static_cast<double>(now() - begin) / ns_per_second;
    all.sum = std::accumulate(all.of_thread.begin(), all.of_thread.end(), int64_t{0});
    return all;
}

}  // namespace futex2::bench
