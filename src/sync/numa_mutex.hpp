// SPDX-License-Identifier: MIT
// A mutex that stays on a node while threads of that node want it.
//
// Its states are those of mutex.hpp. Its unlock always hands it over, where somebody waits:
// to the waiter of the unlocking thread's node that came first, up to a bound of such
// hand-overs in a row, else to the waiter that came first of all.
#pragma once

#include "sync/mutex.hpp"

namespace futex2::sync {

// While somebody waits it does not become free, and it goes to those who are queued: a thread
// that looked on then would be passed over, though the mutex was given back on its node.
template <platform_like P>
int lock_numa_mutex(process<P>& p, mutex_state<P> m, deadline until) {
    return lock_mutex(p, m, until, mutex_held);
}

// in_a_row: hand-overs within the node; its holder's.
template <platform_like P>
void unlock_numa_mutex(process<P>& p, mutex_state<P> m, uint32_t& in_a_row, uint32_t bound) {
    engine::handover<P> h(p, m.key_in(p));
    const int here = current_node(p, engine::thread<P>::self());
    int taken = 0;
    if (in_a_row < bound) taken = h.take(1, [here](const entry<P>& e) { return e.node == here; });
    in_a_row = taken > 0 ? in_a_row + 1 : 0;
    if (taken == 0) taken = h.take(1);
    const uint64_t parked = h.anybody_waits() ? mutex_parked : mutex_free;
    m.store(taken > 0 ? mutex_held | parked : mutex_free, order::release);
    h.release(taken > 0 ? handed_over : try_again);
}

}  // namespace futex2::sync
