// SPDX-License-Identifier: MIT
// Waiters that a waker has taken out of a queue and not yet let go, oldest first.
#pragma once

#include "engine/entry.hpp"

namespace futex2::engine {

// Linked through the entries' own next: they belong to threads that wait until they
// are released.
template <platform_like P>
struct chain {
    entry<P>* first = nullptr;
    entry<P>* last = nullptr;
    int length = 0;

    void add(entry<P>* e) {
        e->next.set(nullptr);
        if (last != nullptr)
            last->next.set(e);
        else
            first = e;
        last = e;
        ++length;
    }

    // Not under a lock: each thread may run at once, and its entry be gone.
    void release() {
        awakening<P> threads(length);
        for (entry<P>* e = first; e != nullptr;) {
            entry<P>* next = e->next.get();
            threads.wake(*e->owner.get()->parking.get());
            e = next;
        }
        first = last = nullptr;
    }
};

}  // namespace futex2::engine
