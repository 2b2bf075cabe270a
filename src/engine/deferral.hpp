// SPDX-License-Identifier: MIT
// Wakes from a signal handler that interrupted its own thread at a bucket's lock.
//
// Such a handler cannot take a lock that its thread may hold. It writes down
// what it would have woken; the thread does it as soon as it holds no lock.
#pragma once

#include "engine/bucket.hpp"

namespace futex2::engine {

// Everything that the wake needs: the word may be gone by the time it is done.
template <platform_like P>
struct deferred_wake {
    uintptr_t address;
    uint64_t mask;
    bucket<P>* where;
    int32_t count;
    stored_kind kind;
    bool word_alive;
    bool local_first;
};

// Written by handlers, which nest but return in order; emptied by the thread, or
// by a handler, while it holds no lock.
template <platform_like P>
struct deferral {
    static constexpr uint32_t capacity = 8;

    deferred_wake<P> wakes[capacity];
    typename P::template atomic<uint32_t> reserved;
    typename P::template atomic<bool> draining;

    void push(const deferred_wake<P>& w) {
        // Reserved before it is written: a handler that interrupts this one
        // takes another place.
        const uint32_t place = reserved.fetch_add(1, order::relaxed);
        P::interrupt_point();
        if (place < capacity) wakes[place] = w;
        P::signal_fence();
    }

    bool empty() const { return reserved.load(order::relaxed) == 0; }

    // More were pushed than there was room for: forgets them all, and says so.
    bool take_overflow() {
        return reserved.load(order::relaxed) > capacity &&
               reserved.exchange(0, order::relaxed) != 0;
    }

    // The youngest of one or more. A handler that wakes for itself may be interrupted in
    // turn, and push, before each of the steps. False: then there are more than there is
    // room for, or the youngest is another now.
    bool pop(deferred_wake<P>& w) {
        P::interrupt_point();
        const uint32_t n = reserved.load(order::relaxed);
        if (n > capacity) return false;
        P::signal_fence();
        w = wakes[n - 1];
        P::interrupt_point();
        return reserved.compare_exchange(n, n - 1, order::relaxed);
    }
};

}  // namespace futex2::engine
