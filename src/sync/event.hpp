// SPDX-License-Identifier: MIT
// An event: a byte that is set or not. A manual one stays set until it is reset, an
// automatic one until one wait has ended by it.
#pragma once

#include "engine/wake.hpp"
#include "sync/patience.hpp"

namespace futex2::sync {

template <platform_like P>
using event_state = state<P, width::u8>;

// 0, -ETIMEDOUT, or -ENOMEM.
template <platform_like P>
int wait_for_event(process<P>& p, event_state<P> e, bool automatic, deadline until) {
    looks<P> looking(p);
    for (;;) {
        if (e.load() != 0) {
            if (!automatic || e.change(1, 0, order::acquire)) return 0;
            continue;
        }
        if (looking.again()) continue;
        const wait_result r = e.sleep_while(p, 0, until);
        if (!goes_on(r)) return r.status;
    }
}

// The store is the last touch of the event.
template <platform_like P>
void set_event(process<P>& p, event_state<P> e, bool automatic) {
    const key k = e.key_in(p);
    engine::store_wake(p, {k.word(), 0xff, automatic ? 1 : INT_MAX, k.kind}, 1);
}

}  // namespace futex2::sync
