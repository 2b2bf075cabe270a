// SPDX-License-Identifier: MIT
// A hash bucket: a lock, how many wait, and the tree of their words.
#pragma once

#include "engine/entry.hpp"

namespace futex2::engine {

// Taken for the length of a list operation; spins, then sleeps in the kernel.
// All-zero is unlocked, which is also what a fork makes of it.
template <platform_like P>
class bucket_lock {
  public:
    void acquire() {
        if (word_.compare_exchange(free, held, order::acquire)) [[likely]]
            return;
        for (int i = 0; i < P::lock_spins; ++i) {
            P::pause();
            if (word_.load(order::relaxed) == free &&
                word_.compare_exchange(free, held, order::acquire))
                return;
        }
        while (word_.exchange(contended, order::acquire) != free) P::park(word_, contended, {});
    }

    void release() {
        if (word_.exchange(free, order::release) == contended) P::unpark(word_);
    }

  private:
    static constexpr uint32_t free = 0;
    static constexpr uint32_t held = 1;
    static constexpr uint32_t contended = 2;  // somebody may sleep on it

    typename P::template atomic<uint32_t> word_;
};

// Two cache lines that no other bucket shares: those who spin for the lock do
// not take the tree's line away from its holder. All-zero is an empty bucket.
template <platform_like P>
struct alignas(128) bucket {
    bucket_lock<P> lock;

    // Entries queued here, and waiters that are about to queue one. A waiter
    // raises it before it compares the word for the last time; a waker that
    // reads 0 behind its full fence may leave without the lock.
    alignas(64) typename P::template atomic<uint32_t> count;
    typename P::template plain<entry<P>*> root;
};

}  // namespace futex2::engine
