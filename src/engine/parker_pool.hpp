// SPDX-License-Identifier: MIT
// The parkers of one node, in that node's memory.
//
// A thread takes one at its first wait and gives it back when it ends. Pages of
// 63 are mapped as they are needed and never unmapped. A fork zeroes them, which
// says that all are free; a thread that survives it takes a new one.
#pragma once

#include "engine/parker.hpp"

namespace futex2::engine {

template <platform_like P>
struct alignas(4096) parker_page {
    static constexpr int slots = 63;
    static constexpr uint64_t all = (uint64_t{1} << slots) - 1;

    typename P::template atomic<uint64_t> used;  // a bit a slot
    parker<P> parkers[slots];

    // Null where all are taken.
    parker<P>* take() {
        for (uint64_t seen = used.load(order::relaxed); seen != all;
             seen = used.load(order::relaxed)) {
            const int slot = __builtin_ctzll(~seen);
            // Acquire pairs with give_back: the former thread has let go of it.
            if (used.compare_exchange(seen, seen | uint64_t{1} << slot, order::acquire))
                return &parkers[slot];
        }
        return nullptr;
    }

    static void give_back(parker<P>* p) {
        const auto address = reinterpret_cast<uintptr_t>(p);
        auto* page = reinterpret_cast<parker_page*>(address & ~uintptr_t{sizeof(parker_page) - 1});
        const auto slot = p - page->parkers;
        page->used.fetch_and(~(uint64_t{1} << slot), order::release);
    }
};

template <platform_like P>
class parker_pool {
  public:
    static_assert(sizeof(parker_page<P>) == 4096);

    // Null where no more memory can be mapped.
    parker<P>* take(int node) {
        for (int i = 0; i < chunks; ++i) {
            parker_page<P>* pages = chunk(i, node);
            if (pages == nullptr) return nullptr;
            for (size_t n = 0; n < pages_of(i); ++n)
                if (parker<P>* p = pages[n].take()) return p;
        }
        return nullptr;
    }

  private:
    // Each chunk is twice as long as the one before: 2^16 pages hold more
    // parkers than Linux has thread numbers (PID_MAX_LIMIT, 4,194,304).
    static constexpr int chunks = 17;
    static constexpr size_t pages_of(int i) { return size_t{1} << i; }

    parker_page<P>* chunk(int i, int node) {
        parker_page<P>* pages = chunk_[i].load(order::acquire);
        if (pages != nullptr) return pages;
        const size_t bytes = pages_of(i) * sizeof(parker_page<P>);
        pages = static_cast<parker_page<P>*>(P::map(bytes, node));
        if (pages == nullptr) return nullptr;
        if (chunk_[i].compare_exchange(nullptr, pages, order::acq_rel)) return pages;
        P::unmap(pages, bytes);  // another thread was first
        return chunk_[i].load(order::acquire);
    }

    typename P::template atomic<parker_page<P>*> chunk_[chunks];
};

}  // namespace futex2::engine
