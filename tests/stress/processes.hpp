// SPDX-License-Identifier: MIT
// Storms of threads in several processes, which share memory at an address of each one's own.
#pragma once

#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include <functional>
#include <list>
#include <new>
#include <random>
#include <thread>

#include "abi/shared_memory.hpp"
#include "futex2/deadline.hpp"
#include "stress/report.hpp"
#include "stress/watchdog.hpp"

namespace futex2::stress {

/** A thread of one of the processes. */
struct party {
    size_t index;  // of all
    std::mt19937_64 random;

    uint64_t below(uint64_t n) { return random() % n; }
    bool one_in(uint64_t n) { return below(n) == 0; }
    /** Most pass while somebody waits; some have passed already. */
    std::chrono::steady_clock::time_point soon() {
        return std::chrono::steady_clock::now() + std::chrono::nanoseconds(below(80'000)) -
               std::chrono::nanoseconds(5'000);
    }
    /** Lets others run, and sends a signal to a thread of its process, now and then. */
    void disturb() {
        if (one_in(8)) std::this_thread::yield();
        if (one_in(16)) kill(getpid(), SIGUSR1);
    }
};

/** Arena: what they share; it has `lane lanes[]` first. */
template <class Arena>
class processes {
  public:
    static constexpr unsigned count = 4;

    explicit processes(const conditions& how)
        : how_(how), file_(memfd_create("stress", MFD_CLOEXEC)) {
        if (file_ < 0 || ftruncate(file_, sizeof(Arena)) != 0) fail("no shared memory");
        arena_ = new (map()) Arena;
    }
    processes(const processes&) = delete;
    processes& operator=(const processes&) = delete;
    ~processes() {
        munmap(arena_, sizeof(Arena));
        close(file_);
    }

    Arena& arena() { return *arena_; }
    unsigned threads() const { return how_.threads / count * count; }

    /** work(arena, party) in threads() threads. lanes: what must go on, of the arena. */
    void run(size_t lanes, const std::function<void(Arena&, party&)>& work) {
        std::vector<const lane*> watched;
        for (size_t i = 0; i < lanes; ++i) watched.push_back(&arena_->lanes[i]);
        std::list<abi_test::child> all;  // before the watchdog's thread begins
        for (unsigned i = 0; i < count; ++i) all.emplace_back([&, i] { return live(i, work); });
        watchdog dog(how_, std::move(watched), {});
        for (abi_test::child& one : all)
            if (one.result() != 0) fail("a process has failed");
    }

  private:
    void* map() const {
        void* memory = mmap(nullptr, sizeof(Arena), PROT_READ | PROT_WRITE, MAP_SHARED, file_, 0);
        if (memory == MAP_FAILED) fail("no shared memory");
        return memory;
    }

    // Without SA_RESTART: every wait that a signal hits is interrupted.
    int live(unsigned process, const std::function<void(Arena&, party&)>& work) {
        struct sigaction action = {};
        action.sa_handler = [](int) {};
        sigaction(SIGUSR1, &action, nullptr);
        auto* here = static_cast<Arena*>(map());  // the first mapping is still there
        std::vector<std::thread> team;
        for (unsigned i = process; i < threads(); i += count)
            team.emplace_back([&, i] {
                party own{i, std::mt19937_64(how_.seed * 1024 + i)};
                work(*here, own);
            });
        for (std::thread& one : team) one.join();
        return 0;
    }

    const conditions how_;
    const int file_;
    Arena* arena_;
};

}  // namespace futex2::stress
