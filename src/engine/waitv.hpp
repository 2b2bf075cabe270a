// SPDX-License-Identifier: MIT
// Waiting on many words.
#pragma once

#include "engine/wait.hpp"

namespace futex2::engine {

// futex2_waitv() behind its checks, of addresses and hints too; entries are prepared
// for w.
template <platform_like P>
wait_result waitv(process<P>& p, waiter<P>& w, entry<P>* entries, unsigned n, deadline until) {
    for (unsigned i = 0; i < n; ++i)
        if (value_differs<P>(entries[i].target, entries[i].expected)) return {-EAGAIN};
    thread<P>& t = thread<P>::self();
    for (;;) {
        const uint32_t generation = p.generation();
        if (!take_seat(p, t, generation)) return {-ENOMEM};
        wait_result result;
        if (wait_on(p, t, generation, w, entries, n, until, result)) return result;
    }
}

}  // namespace futex2::engine
