// SPDX-License-Identifier: MIT
// Waits and requeues of a signal handler that interrupted this library.
//
// The library's own contract leaves them out; a program under `futex2 run` was written for
// the kernel, which allows them. A thread that waits has its seat taken: a wait of a handler
// that interrupts it sits on another one. A handler that interrupted its thread at a bucket's
// lock can take no lock: its wait is answered at once, as a spurious wake-up, and so polls
// its word; its requeue becomes a wake of all, which the engine defers.
#pragma once

#include "abi/instance.hpp"

namespace futex2::run {

using thread = engine::thread<platform::native>;

// Of the calling thread.
struct nesting {
    platform::native_atomic<bool> waits;    // a wait of this thread is under way
    platform::native_atomic<bool> watched;  // its end will be told
    platform::native_atomic<bool> ends;     // its seat has been given back for good
};

// Before the program has threads: later keys of pthread_key_create(3) need memory, and a wait
// may have been trapped within malloc().
void prepare_for_ends();
// Called at a thread's first wait. A thread that ends goes on to make calls, of libc's own too.
void watch_end(nesting& n);

inline nesting& my_nesting() {
    return platform::native::self<nesting>();
}

// This is a handler that interrupted its thread at a bucket's lock, or where that makes up for
// what handlers have deferred.
inline bool at_a_lock() {
    const thread& t = thread::self();
    return t.depth.load(platform::order::relaxed) > 0 ||
           t.deferred.draining.load(platform::order::relaxed);
}

// For the time of one wait, another seat than the thread's.
class second_seat {
  public:
    second_seat() : thread_(thread::self()), own_(thread_.own), since_(thread_.seat_generation) {
        thread_.own = {};
    }
    second_seat(const second_seat&) = delete;
    second_seat& operator=(const second_seat&) = delete;

    ~second_seat() {
        engine::release_seat<platform::native>(&thread_);
        thread_.own = own_;
        thread_.seat_generation = since_;
    }

  private:
    thread& thread_;
    const engine::seat<platform::native> own_;
    const uint32_t since_;
};

// Runs a wait that takes a seat.
template <class F>
int on_a_seat(F wait) {
    nesting& n = my_nesting();
    if (n.waits.load(platform::order::relaxed) || n.ends.load(platform::order::relaxed)) {
        const second_seat seat;
        return wait();
    }
    if (!n.watched.load(platform::order::relaxed)) [[unlikely]]
        watch_end(n);
    n.waits.store(true, platform::order::relaxed);
    platform::native::signal_fence();
    const int result = wait();
    platform::native::signal_fence();
    n.waits.store(false, platform::order::relaxed);
    return result;
}

}  // namespace futex2::run
