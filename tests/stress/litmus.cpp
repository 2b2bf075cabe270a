// SPDX-License-Identifier: MIT
// litmus: whether the fence at the start of a wake is there, and what it does.
//
// Behind the store of a word's value a wake loads the hint: two halves of one word, which
// the first waiter's compare-and-swap accesses as a whole. Relacy and Spin know no accesses of
// several widths; the machine does. Without a fence the hint may be loaded while the value
// still waits in the CPU's store buffer, and a waiter who assigns the hint meanwhile has
// compared the old value: it would sleep, and the wake is over. Counted are such wakes of
// the engine's own source: over the machine's platform, where there must be none, and, as a
// control, over one whose fence is none, where there must be some.
#include <fmt/core.h>
#include <sched.h>
#include <stdio.h>

#include <atomic>
#include <memory>
#include <numeric>
#include <stdexcept>
#include <thread>
#include <vector>

#include "engine/engine.hpp"
#include "platform/native.hpp"

namespace futex2::stress {
namespace {

using engine::no_node;
using engine::word_kind;
using platform::native;

// Tells whether a wake has gone into a bucket.
struct fenced : native {
    static inline bool looked;  // the waking thread's
    static void interrupt_point() { looked = true; }
};

struct unfenced : fenced {
    static void fence() { signal_fence(); }
};

constexpr int status_of_skipped = 77;
constexpr unsigned rounds = 1'000'000;  // wakes, for each width

std::vector<int> usable_cpus() {
    cpu_set_t allowed;
    std::vector<int> cpus;
    if (sched_getaffinity(0, sizeof allowed, &allowed) == 0)
        for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu)
            if (CPU_ISSET(cpu, &allowed)) cpus.push_back(cpu);
    return cpus;
}

void run_on(int cpu) {
    cpu_set_t only;
    CPU_ZERO(&only);
    CPU_SET(cpu, &only);
    if (sched_setaffinity(0, sizeof only, &only) != 0)
        throw std::runtime_error(fmt::format("cannot run on CPU {}", cpu));
}

// Where two threads wait for each other. They spin: one that slept would come too late to
// race the other.
class meeting {
  public:
    void arrive(size_t me) {
        const uint32_t now = arrived_[me].count.load(std::memory_order_relaxed) + 1;
        arrived_[me].count.store(now, std::memory_order_release);
        for (int i = 1; arrived_[1 - me].count.load(std::memory_order_acquire) < now; ++i)
            i % 1000 != 0 ? platform::cpu_pause() : static_cast<void>(sched_yield());
    }

  private:
    struct alignas(64) side {
        std::atomic<uint32_t> count{0};
    };
    side arrived_[2];
};

// A process in which each bucket counts a waiter that is about to queue: then only the
// hint makes a wake return without a look into the bucket.
template <class P>
std::unique_ptr<engine::process<P>> make_process() {
    auto p = std::make_unique<engine::process<P>>();
    if (topology::read(p->nodes, "") != 0 || topology::make_virtual(p->nodes, 1) != 0 ||
        p->build() != 0)
        throw std::runtime_error("no process");
    for (uint32_t i = 0; i < p->buckets_per_node(); ++i)
        p->table_at[0][i].count.store(1, platform::order::relaxed);
    return p;
}

template <class Value>
void store(void* half, Value v) {
    __atomic_store_n(static_cast<Value*>(half), v, __ATOMIC_RELAXED);
}

template <class P, class Value>
class race {
  public:
    explicit race(std::vector<int> cpus) : cpus_(std::move(cpus)) {}

    // Returns how many wakes were stale.
    unsigned run() {
        run_on(cpus_[0]);
        std::jthread waiter([&] { assign(); });
        unsigned stale = 0;
        for (unsigned i = 0; i < rounds; ++i) {
            store<Value>(word_, 0);
            store<Value>(word_ + sizeof(Value), static_cast<Value>(no_node));
            fenced::looked = false;
            meeting_.arrive(0);
            wake();
            meeting_.arrive(0);
            stale += assigned_ && !fenced::looked;
        }
        return stale;
    }

  private:
    static constexpr word_kind kind{4 | static_cast<uint32_t>(__builtin_ctz(sizeof(Value)))};

    void wake() {
        store<Value>(word_, 1);
        engine::wake(*process_, engine::wake_request{word_, ~uint64_t{0}, 1, kind});
    }

    void assign() {
        run_on(cpus_[1]);
        for (unsigned i = 0; i < rounds; ++i) {
            meeting_.arrive(1);
            assigned_ = P::compare_exchange_pair(word_, kind.size(), 0, no_node, 0, 0);
            meeting_.arrive(1);
        }
    }

    const std::vector<int> cpus_;
    const std::unique_ptr<engine::process<P>> process_ = make_process<P>();
    meeting meeting_;
    alignas(64) unsigned char word_[2 * sizeof(Value)];
    bool assigned_;  // the waiter has seen the old value, and assigned the hint
};

// In words of every width.
template <class P>
unsigned count_stale(const char* name, const std::vector<int>& cpus) {
    const unsigned stale[] = {race<P, uint8_t>(cpus).run(), race<P, uint16_t>(cpus).run(),
                              race<P, uint32_t>(cpus).run(), race<P, uint64_t>(cpus).run()};
    fmt::print("{}: stale of {} wakes each: u8 {}, u16 {}, u32 {}, u64 {}\n", name, rounds,
               stale[0], stale[1], stale[2], stale[3]);
    return std::accumulate(std::begin(stale), std::end(stale), 0u);
}

int run() {
    const std::vector<int> cpus = usable_cpus();
    if (cpus.size() < 2) {
        fmt::print("skipped: one CPU has one store buffer, in which a thread sees its stores\n");
        return status_of_skipped;
    }
    const unsigned real = count_stale<fenced>("with its fence", cpus);
    const unsigned control = count_stale<unfenced>("without", cpus);
    if (control == 0) fmt::print("the control shows nothing: no wake was stale\n");
    if (real > 0) fmt::print("the engine's wake reads stale hints\n");
    return real == 0 && control > 0 ? 0 : 1;
}

}  // namespace
}  // namespace futex2::stress

int main(int argc, char**) {
    if (argc > 1) {
        fmt::print(stderr, "litmus: takes no arguments\n");
        return 2;
    }
    try {
        return futex2::stress::run();
    } catch (const std::exception& e) {
        fmt::print(stderr, "litmus: {}\n", e.what());
        return 1;
    }
}
