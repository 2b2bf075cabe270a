// SPDX-License-Identifier: MIT
// A condition variable for the mutex of mutex.hpp: a sequence, which each notification
// counts up and on which threads wait, and the mutex that they hold when they come.
//
// Who is notified while the mutex is held has nothing to do before it is free. It is not
// woken, but moved to the mutex, whose unlock wakes it: as if it had tried to lock it. So a
// notification of all wakes one thread at most, and no herd. The move is made under the locks
// of both buckets, and behind the step that sets parked: whether the mutex was held when that
// was set decides whether its unlock will come here, or one thread must be woken to begin.
#pragma once

#include "engine/requeue.hpp"
#include "sync/mutex.hpp"

namespace futex2::sync {

template <platform_like P>
struct condition {
    using sequence_state = state<P, width::u64>;
    using mutex_address = typename P::template atomic<void*>;

    sequence_state sequence;
    mutex_address& mutex;  // of those who wait; null: nobody ever did
};

// The caller holds m, and holds it again when this returns. since: the sequence, as it was
// when the caller had not yet looked at what it waits for. 0, also for no reason; -ETIMEDOUT,
// -ENOMEM. unlock(), lock(): of the caller's mutex.
//
// The thread queues before it unlocks. So it never touches the condition variable behind
// that: who has notified all may destroy it.
template <platform_like P, class Unlock, class Lock>
int wait_for_notification(process<P>& p, condition<P> c, void* m, uint64_t since, deadline until,
                          const Unlock& unlock, const Lock& lock) {
    if (c.mutex.load(order::relaxed) != m) c.mutex.store(m, order::relaxed);
    bool unlocked = false;
    const wait_result r = c.sequence.sleep_while(p, since, until, 0, [&] {
        if (!unlocked) unlock();
        unlocked = true;
    });
    if (unlocked)
        if (const int error = lock(); error != 0) return error;
    // Who was moved has been notified.
    return r.moved || goes_on(r) ? 0 : r.status;
}

// Under the locks of both buckets, and somebody waits: the mutex is alive, for each who waits
// will lock it. Returns whom to wake.
template <platform_like P>
engine::chain<P> pass_to_mutex(process<P>& p, engine::bucket<P>& from, const key& from_key,
                               engine::bucket<P>& to, mutex_state<P> m, int most) {
    constexpr uint64_t anybody = ~uint64_t{0};
    if (most == 1 && (m.load() & mutex_held) == 0)
        return engine::take(p, from, from_key, anybody, 1, true);
    const uint64_t before = m.update(order::relaxed, [](uint64_t v) { return v | mutex_parked; });
    const int wake = (before & mutex_held) != 0 ? 0 : 1;
    engine::chain<P> taken = engine::take(p, from, from_key, anybody, wake, true);
    engine::move(p, from, from_key, to, m.key_in(p), most - taken.length, false);
    return taken;
}

// Notifies up to most waiters. What it touches of the condition variable behind the step that
// counts, it touches under a lock under which somebody still waits.
template <platform_like P>
void notify(process<P>& p, condition<P> c, int most) {
    void* m = c.mutex.load(order::relaxed);
    c.sequence.update(order::seq_cst, [](uint64_t v) { return v + 1; });
    P::fence_after_rmw();
    const key from_key = c.sequence.key_in(p);
    engine::bucket<P>& from = p.plain_bucket(from_key);
    if (engine::nobody_waits(from)) return;
    engine::thread<P>& t = engine::thread<P>::self();
    for (;;) {
        engine::bucket<P>& to = m == nullptr ? from : p.plain_bucket(mutex_state<P>(m).key_in(p));
        const uint32_t generation = p.generation_word->load(order::relaxed);
        engine::section<P> s(p, t, generation, from, to);
        if (engine::find<P>(from.root, from_key).first == nullptr) return;
        void* const now = c.mutex.load(order::relaxed);
        if (now != m) {
            m = now;
            continue;
        }
        s.leave(pass_to_mutex(p, from, from_key, to, mutex_state<P>(m), most));
        return;
    }
}

}  // namespace futex2::sync
