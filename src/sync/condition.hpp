// SPDX-License-Identifier: MIT
// A condition variable for the mutex of mutex.hpp: a sequence, which each notification
// counts up and on which threads wait, and the mutex that they hold when they come.
//
// A notification of all wakes one thread. The others it moves to the mutex, as if they had
// tried to lock it: the first will lock and unlock it, which wakes the next, and so on. The
// move is made under the locks of both buckets, behind the step that sets parked: the unlock
// that the first one makes goes into the mutex's bucket.
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
        const engine::parker<P>& own = *engine::thread<P>::self().own.parking;
        // Behind others, who are notified first, it would look at their expense.
        if (p.plain_bucket(c.sequence.key_in(p)).count.load(order::relaxed) > 1) return;
        auto looking = looks<P>::of_wait(p, until.time != nullptr);
        while (!own.over() && looking.again()) continue;
    });
    if (unlocked)
        if (const int error = lock(); error != 0) return error;
    // Who was moved has been notified.
    return r.moved || goes_on(r) ? 0 : r.status;
}

// Counts a notification. Behind that, what is touched of the condition variable is touched
// under a lock under which somebody still waits. Returns whether anybody may.
template <platform_like P>
bool count_notification(process<P>& p, condition<P>& c) {
    c.sequence.update(order::seq_cst, [](uint64_t v) { return v + 1; });
    P::fence_after_rmw();
    return !engine::nobody_waits(p.plain_bucket(c.sequence.key_in(p)));
}

template <platform_like P>
void notify_one(process<P>& p, condition<P> c) {
    if (!count_notification(p, c)) return;
    const key k = c.sequence.key_in(p);
    engine::wake_at(p, {k.word(), ~uint64_t{0}, 1, k.kind}, p.plain_bucket(k), true);
}

template <platform_like P>
void notify_all(process<P>& p, condition<P> c) {
    void* m = c.mutex.load(order::relaxed);
    if (!count_notification(p, c)) return;
    constexpr uint64_t anybody = ~uint64_t{0};
    const key from_key = c.sequence.key_in(p);
    engine::bucket<P>& from = p.plain_bucket(from_key);
    engine::thread<P>& t = engine::thread<P>::self();
    for (;;) {
        const key to_key = p.key_of(m, mutex_state<P>::kind());
        engine::bucket<P>& to = p.plain_bucket(to_key);
        const uint32_t generation = p.generation_word->load(order::relaxed);
        engine::section<P> s(p, t, generation, from, to);
        if (engine::find<P>(from.root, from_key).first == nullptr) return;
        // Read again: whose waiters are there now. Its mutex is alive, for each will lock it.
        if (void* const now = c.mutex.load(order::relaxed); now != m) {
            m = now;
            continue;
        }
        engine::chain<P> taken = engine::take(p, from, from_key, anybody, 1, true);
        if (engine::find<P>(from.root, from_key).first != nullptr) {
            mutex_state<P>(m).update(order::relaxed, [](uint64_t v) { return v | mutex_parked; });
            engine::move(p, from, from_key, to, to_key, INT_MAX, false);
        }
        s.leave(taken);
        return;
    }
}

}  // namespace futex2::sync
