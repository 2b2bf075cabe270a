// SPDX-License-Identifier: MIT
// The word on which one thread spins and then sleeps.
//
// It lies in memory that is never unmapped, so that a waker may call the kernel
// after the thread has gone on, and that a fork zeroes, so that a forked child
// never sleeps on a wait that only its parent's tables know.
#pragma once

#include <cerrno>

#include "engine/platform.hpp"

namespace futex2::engine {

template <platform_like P>
struct alignas(64) parker {
    static constexpr uint32_t wiped = 0;     // by a fork, or never used
    static constexpr uint32_t armed = 1;     // its thread waits, awake
    static constexpr uint32_t sleeping = 2;  // its thread sleeps, or is about to
    static constexpr uint32_t woken = 3;     // the wait that was armed is over

    typename P::template atomic<uint32_t> state;

    // Before the entries are queued: the bucket's lock publishes it.
    void arm() { state.store(armed, order::relaxed); }

    bool waiting(uint32_t s) const { return s == armed || s == sleeping; }

    // Acquire pairs with the release in wake(): what the waker wrote is visible.
    bool over() const { return !waiting(state.load(order::acquire)); }

    // Nobody will ever end this wait: this is a forked child.
    bool forked() const { return state.load(order::relaxed) == wiped; }

    // Ends the wait. The waker's last access to anything of the waiting thread:
    // once it sees woken, that thread may return and its stack be reused. The
    // system call that may follow uses the address alone.
    void wake() {
        if (state.exchange(woken, order::acq_rel) == sleeping) P::unpark(state);
    }

    // Looks up to `rounds` times whether the wait is over; returns how many times it
    // looked in vain: `rounds` where it is not over.
    int spin(int rounds) const {
        int i = 0;
        while (i < rounds && waiting(state.load(order::relaxed))) {
            P::pause();
            ++i;
        }
        return i;
    }

    // Sleeps until the wait is over (0), or until -EINTR or -ETIMEDOUT.
    int sleep(deadline until) {
        // Relaxed on failure is enough: over() acquires.
        state.compare_exchange(armed, sleeping, order::relaxed);
        while (!over()) {
            const int error = P::park(state, sleeping, until);
            // A wake that came with the error wins.
            if (error != 0 && error != -EAGAIN && !over()) return error;
        }
        return 0;
    }

    // Waits for a waker that has claimed this wait to let go of its entry.
    void await_release() {
        while (sleep({}) != 0) continue;
    }
};

}  // namespace futex2::engine
