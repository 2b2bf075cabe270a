// SPDX-License-Identifier: MIT
// Where the threads of one node wait, in that node's memory: a seat is a parker and
// an entry.
//
// A thread takes a seat at its first wait and gives it back when it ends. Parkers lie
// on pages of 63, mapped as they are needed and never unmapped. A fork zeroes them,
// which says that all seats are free; a thread that survives it takes another. The
// entries lie beside them, in memory that a fork keeps (address_tree.hpp). Not on the
// threads' stacks: those are megabytes apart, and a walk along a queue would miss the
// TLB and its page tables at every step (0.7 us each where this was measured).
#pragma once

#include "engine/entry.hpp"

namespace futex2::engine {

template <platform_like P>
struct seat {
    parker<P>* parking = nullptr;
    entry<P>* place = nullptr;  // for a wait on one word
};

template <platform_like P>
class seat_pool {
  public:
    static_assert(sizeof(parker_page<P>) == 4096);

    // No parking where no more memory can be mapped.
    seat<P> take(int node) {
        for (int i = 0; i < chunks; ++i) {
            entry<P>* places = mapped(places_[i], places_of(i), node, on_fork::keep);
            parker_page<P>* pages = mapped(pages_[i], pages_of(i), node, on_fork::wipe);
            if (places == nullptr || pages == nullptr) return {};
            for (size_t n = 0; n < pages_of(i); ++n)
                if (const int slot = pages[n].take(); slot >= 0)
                    return {&pages[n].parkers[slot],
                            &places[n * parker_page<P>::slots + static_cast<size_t>(slot)]};
        }
        return {};
    }

  private:
    // Each chunk is twice as long as the one before: 2^17 pages hold more parkers
    // than Linux has thread numbers (PID_MAX_LIMIT, 4,194,304).
    static constexpr int chunks = 17;
    static constexpr size_t pages_of(int i) { return size_t{1} << i; }
    static constexpr size_t places_of(int i) { return pages_of(i) * parker_page<P>::slots; }

    template <class T>
    static T* mapped(typename P::template atomic<T*>& chunk, size_t n, int node, on_fork then) {
        T* memory = chunk.load(order::acquire);
        if (memory != nullptr) return memory;
        memory = P::template map<T>(n, node, then);
        if (memory == nullptr) return nullptr;
        if (chunk.compare_exchange(nullptr, memory, order::acq_rel)) return memory;
        P::unmap(memory, n);  // another thread was first
        return chunk.load(order::acquire);
    }

    typename P::template atomic<parker_page<P>*> pages_[chunks];
    typename P::template atomic<entry<P>*> places_[chunks];
};

}  // namespace futex2::engine
