// SPDX-License-Identifier: MIT
// Something that is done once: a byte.
#pragma once

#include "engine/wake.hpp"
#include "sync/patience.hpp"

namespace futex2::sync {

inline constexpr uint64_t once_new = 0;
inline constexpr uint64_t once_running = 1;
inline constexpr uint64_t once_awaited = 2;  // running, and threads may wait for its end
inline constexpr uint64_t once_done = 3;

template <platform_like P>
using once_state = state<P, width::u8>;

// 1: the caller does it, and ends it. 0: it is done. -ENOMEM.
template <platform_like P>
int begin_once(process<P>& p, once_state<P> s) {
    looks<P> looking(p);
    for (;;) {
        const uint64_t v = s.load();
        if (v == once_done) return 0;
        if (v == once_new) {
            if (s.change(v, once_running, order::acquire)) return 1;
            continue;
        }
        if (looking.again()) continue;
        if (v == once_running && !s.change(v, once_awaited, order::relaxed)) continue;
        const wait_result r = s.sleep_while(p, once_awaited, {});
        if (!goes_on(r)) return r.status;
    }
}

// now: once_done, or once_new where it failed. All who wait look again.
template <platform_like P>
void end_once(process<P>& p, once_state<P> s, uint64_t now) {
    if (s.update(order::seq_cst, [now](uint64_t) { return now; }) != once_awaited) return;
    P::fence_after_rmw();
    const key k = s.key_in(p);
    engine::wake_at(p, {k.word(), 0xff, INT_MAX, k.kind}, p.plain_bucket(k), false);
}

}  // namespace futex2::sync
