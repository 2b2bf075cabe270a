// SPDX-License-Identifier: MIT
// locks LOCK ACQUISITIONS HOLD:OUTSIDE: threads, one on each CPU, that want one lock again and
// again, until it was taken so often. Each touches two lines that the lock guards, and pauses
// HOLD times while it has the lock, and 0 to 2 * OUTSIDE times when it has given it back. On
// stdout, for those who read the trace:
//   scene LOCK,HOLD:OUTSIDE NODE -1
// with the node of lock and lines, and ranges (ranges.hpp).
#include <pthread.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <futex2/mutex.hpp>
#include <latch>
#include <list>
#include <string_view>

#include "lab/machine.hpp"
#include "lab/ranges.hpp"
#include "lab/region.hpp"
#include "lab/servant.hpp"

namespace futex2::lab {
namespace {

constexpr int home = 0;

class pthread_lock {
  public:
    void lock() { pthread_mutex_lock(&mutex_); }
    void unlock() { pthread_mutex_unlock(&mutex_); }

  private:
    pthread_mutex_t mutex_ = PTHREAD_MUTEX_INITIALIZER;
};

struct work {
    int acquisitions, hold, outside;
};

// A pause lets the next of the machine's CPUs run.
void pause(int times) {
    for (int i = 0; i < times; ++i) __builtin_ia32_pause();
}

// In a page of its own.
template <class Lock>
struct guarded {
    alignas(64) Lock lock;
    alignas(64) int taken = 0;
    alignas(64) int other = 0;
};

template <class Lock>
void take_again_and_again(guarded<Lock>& all, work w, uint32_t seed) {
    for (bool goes_on = true; goes_on;) {
        mark<region::lock_wanted>();
        all.lock.lock();
        mark<region::lock_held>();
        pause(w.hold / 2);
        goes_on = ++all.taken < w.acquisitions;
        ++all.other;
        pause(w.hold - w.hold / 2);
        mark<region::lock_returned>();
        all.lock.unlock();
        mark<region::lock_unwanted>();
        seed = seed * 1664525 + 1013904223;
        pause(static_cast<int>((seed >> 16) % static_cast<uint32_t>(2 * w.outside + 1)));
    }
    mark<region::none>();
}

template <class Lock>
void play(work w, bool library) {
    auto& all = *new (page_on_node(home)) guarded<Lock>;
    std::list<servant> threads;
    for (const int node : nodes_with_cpus())
        for (const int index : {0, 1}) threads.emplace_back(node, index);
    run_on_node(home);
    mark<region::scene>();
    mark<region::none>();
    const auto count = static_cast<std::ptrdiff_t>(threads.size());
    std::latch begin(count), end(count);
    uint32_t seed = 0;
    for (servant& thread : threads)
        thread.begin([&, seed = ++seed] {
            begin.arrive_and_wait();
            take_again_and_again(all, w, seed);
            end.count_down();
        });
    end.wait();
    for (servant& thread : threads) thread.finish();
    tell_constants();
    tell("lock", &all.lock, sizeof all.lock);
    tell("guarded", &all.taken, sizeof all.taken);
    tell("guarded", &all.other, sizeof all.other);
    if (!library) return;
    tell_tables();
    for (servant& thread : threads) thread.perform(tell_seat);
}

bool play(std::string_view lock, work w) {
    if (lock == "mutex")
        play<mutex>(w, true);
    else if (lock == "numa_mutex")
        play<numa_mutex>(w, true);
    else if (lock == "pthread")
        play<pthread_lock>(w, false);
    else
        return false;
    return true;
}

}  // namespace
}  // namespace futex2::lab

int main(int argc, char** argv) {
    using namespace futex2::lab;
    work w = {};
    const bool possible = argc == 4 && (w.acquisitions = std::atoi(argv[2])) > 0 &&
                          std::sscanf(argv[3], "%d:%d", &w.hold, &w.outside) == 2;
    if (possible) std::printf("scene %s,%s %d -1\n", argv[1], argv[3], home);
    if (!possible || !play(argv[1], w)) {
        std::fputs("usage: locks mutex|numa_mutex|pthread ACQUISITIONS HOLD:OUTSIDE\n", stderr);
        return 2;
    }
    run_on_node(home);  // see calls.cpp
}
