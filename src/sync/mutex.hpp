// SPDX-License-Identifier: MIT
// A mutex of one byte.
//
//   free            0
//   held            1     nobody is queued
//   held | parked   3     threads are queued, or one has given up
//   parked          2     free; threads are queued: those that were woken, or who comes,
//                         take it and keep the bit
//
// parked is set before a thread queues, and taken away under the lock of the bucket, by who
// sees there that nobody is queued: an unlock that finds it goes there. A thread queues only
// while it sees held | parked under the same lock.
#pragma once

#include "engine/handover.hpp"
#include "sync/patience.hpp"

namespace futex2::sync {

inline constexpr uint64_t mutex_free = 0;
inline constexpr uint64_t mutex_held = 1;
inline constexpr uint64_t mutex_parked = 2;

template <platform_like P>
using mutex_state = state<P, width::u8>;

// 0, -ETIMEDOUT, or -ENOMEM. look_while: a thread looks again before it queues while the state
// is at most this.
template <platform_like P>
int lock_mutex(process<P>& p, mutex_state<P> m, deadline until,
               uint64_t look_while = mutex_held | mutex_parked) {
    patience<P> looking(p);
    for (;;) {
        const uint64_t v = m.load();
        if ((v & mutex_held) == 0) {
            if (m.change(v, v | mutex_held, order::acquire)) return 0;
            continue;
        }
        if (v <= look_while && looking.again()) continue;
        if ((v & mutex_parked) == 0 && !m.change(v, v | mutex_parked, order::relaxed)) continue;
        const wait_result r = m.sleep_while(p, mutex_held | mutex_parked, until, looking.since());
        if (r.status == 0 && r.note == handed_over) return 0;
        if (!goes_on(r)) return r.status;
        looking.renew();
    }
}

// By the holder of a mutex that is parked. The store is the last touch of it.
template <platform_like P>
void unlock_mutex(process<P>& p, mutex_state<P> m) {
    engine::handover<P> h(p, m.key_in(p));
    uint32_t since = 0;
    const int taken = h.take(1, [&since](const entry<P>& e) {
        since = e.owner.get()->note.get();
        return true;
    });
    const uint64_t parked = h.anybody_waits() ? mutex_parked : mutex_free;
    const bool hand_over = taken > 0 && has_waited_long<P>(since);
    m.store(hand_over ? mutex_held | parked : parked, order::release);
    h.release(hand_over ? handed_over : try_again);
}

}  // namespace futex2::sync
