// SPDX-License-Identifier: MIT
// A counting semaphore of 32 bits: the count, and a bit that says that threads may be queued.
//
// The bit is set before a thread queues and taken away as mutex.hpp's parked is. One store
// makes a release visible, under the lock of the bucket where the bit is set, and is its last
// touch of the semaphore: who acquires the unit may destroy it.
#pragma once

#include "engine/handover.hpp"
#include "sync/patience.hpp"

namespace futex2::sync {

inline constexpr uint64_t semaphore_parked = uint64_t{1} << 31;
inline constexpr uint64_t semaphore_most = semaphore_parked - 1;

template <platform_like P>
using semaphore_state = state<P, width::u32>;

// 0, -ETIMEDOUT, or -ENOMEM.
template <platform_like P>
int acquire_semaphore(process<P>& p, semaphore_state<P> s, deadline until) {
    patience<P> looking(p);
    for (;;) {
        const uint64_t v = s.load();
        if ((v & semaphore_most) != 0) {
            if (s.change(v, v - 1, order::acquire)) return 0;
            continue;
        }
        if (looking.again()) continue;
        if (v == 0 && !s.change(v, semaphore_parked, order::relaxed)) continue;
        const wait_result r = s.sleep_while(p, semaphore_parked, until, looking.since());
        if (r.status == 0 && r.note == handed_over) return 0;
        if (!goes_on(r)) return r.status;
        looking.renew();
    }
}

// Where threads may be queued. 0, or -EOVERFLOW.
template <platform_like P>
int release_semaphore(process<P>& p, semaphore_state<P> s, uint32_t units) {
    engine::handover<P> h(p, s.key_in(p));
    if ((s.load() & semaphore_most) + units > semaphore_most) return -EOVERFLOW;
    uint32_t since = 0;
    const int most = units > INT_MAX ? INT_MAX : static_cast<int>(units);
    const int taken = h.take(most, [&since](const entry<P>& e) {
        if (since == 0) since = e.owner.get()->note.get();
        return true;
    });
    const bool hand_over = taken > 0 && has_waited_long<P>(since);
    const uint64_t more = units - (hand_over ? static_cast<uint32_t>(taken) : 0);
    const uint64_t parked = h.anybody_waits() ? semaphore_parked : 0;
    s.update(order::release, [&](uint64_t v) { return ((v & semaphore_most) + more) | parked; });
    h.release(hand_over ? handed_over : try_again);
    return 0;
}

}  // namespace futex2::sync
