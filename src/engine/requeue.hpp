// SPDX-License-Identifier: MIT
// Moving waiters from one word to another.
#pragma once

#include <optional>

#include "engine/wait.hpp"
#include "engine/wake.hpp"

namespace futex2::engine {

// The word whose waiters are moved, and what it must hold; none: whatever it does.
struct requeue_source {
    key k;
    std::optional<uint64_t> expected;
};

template <platform_like P>
bool value_differs(const key& k, const std::optional<uint64_t>& expected) {
    return expected && value_differs<P>(k, *expected);
}

// One of the two words at one look.
template <platform_like P>
struct requeue_end {
    key k;
    int64_t hint;      // no_node for a plain word
    bucket<P>* where;  // null: a NUMA word without a node

    bool unassigned() const { return k.numa() && hint == no_node; }
    // The hint that was seen still stands.
    bool stands() const { return !k.numa() || P::load_hint(k.word(), k.size()) == hint; }
};

template <platform_like P>
requeue_end<P> look_at(const process<P>& p, const key& k) {
    if (!k.numa()) return {k, no_node, &p.plain_bucket(k)};
    const int64_t hint = P::load_hint(k.word(), k.size());
    return {k, hint, p.has_node(hint) ? &p.bucket_on(static_cast<int>(hint), k) : nullptr};
}

// The node that a destination without one gets: the source's; a plain source has
// none, then the caller's. Negative where an 8-bit hint can name none.
template <platform_like P>
int destination_node(const process<P>& p, const thread<P>& t, const requeue_end<P>& from,
                     const key& to) {
    const int node = from.k.numa() ? static_cast<int>(from.hint) : current_node(p, t);
    return hint_for(p, node, to.size());
}

// Whether another word's waker, or the thread itself, has claimed the wait: then it
// is not moved. A wait on one word is claimed by those who hold this lock and take
// it out, or by its thread, which takes it out wherever it is: the cache line with
// its claim need not be looked at.
template <platform_like P>
bool claimed(const entry<P>& e) {
    return !e.alone.get() && e.owner.get()->claim.load(order::relaxed) != waiter<P>::nobody;
}

// Whether the queue holds more than n waits that nobody has claimed.
template <platform_like P>
bool longer_than(const queue<P>& q, int n) {
    int seen = 0;
    for (entry<P>* e = q.first; e != nullptr; e = e->next.get())
        if (!claimed(*e) && ++seen > n) return true;
    return false;
}

// How many waits that nobody has claimed the queue holds, up to most.
template <platform_like P>
int count_unclaimed(const queue<P>& q, int most) {
    int seen = 0;
    for (entry<P>* e = q.first; e != nullptr && seen < most; e = e->next.get())
        if (!claimed(*e)) ++seen;
    return seen;
}

// Moves up to most waiters, oldest first, under both locks; returns how many. One
// cache line of each is touched: the rest is pointers at the ends. The destination's
// count is raised before the source's falls: at no time does a wake of both find
// neither. Release: as when a waiter raises it; and when it falls, so that who sees
// that sees the other's rise.
template <platform_like P>
int move(const process<P>& p, bucket<P>& from, const key& from_key, bucket<P>& to,
         const key& to_key, int most, bool assigned) {
    queue<P> source = find<P>(from.root, from_key);
    entry<P>* last = nullptr;
    int moved = 0;
    for (entry<P>* e = source.first; e != nullptr && moved < most;) {
        entry<P>* next = e->next.get();
        if (claimed(*e)) {
            dequeue(p, from, from_key, source, e);
            let_go(e);
        } else {
            e->set_key(to_key);
            e->queued_in.store(&to, order::relaxed);
            last = e;
            ++moved;
        }
        e = next;
    }
    if (moved == 0) return 0;
    to.count.fetch_add(static_cast<uint32_t>(moved), order::release);
    entry<P>* first = source.first;
    const bool reset = first->assigned.get();
    cut(source, last);
    if (source.first == nullptr && reset) reset_hint(p, from, from_key);
    queue<P> destination = find<P>(to.root, to_key);
    append(destination, first, last);
    if (assigned) destination.first->assigned.set(true);
    from.count.fetch_sub(static_cast<uint32_t>(moved), order::release);
    return moved;
}

// futex2_requeue() behind its checks. The shortcuts that requeue.pml refutes: not
// looking again under the locks (DESTINATION_NOT_LOOKED_AT_AGAIN), leaving the
// destination its hint though nobody moved (NO_ROLLBACK), carrying the source's flag
// over (FLAG_CARRIED_OVER).
template <platform_like P>
int requeue(process<P>& p, const requeue_source& from, const key& to, int wake, int most) {
    thread<P>& t = thread<P>::self();
    P::fence();
    for (;;) {
        const requeue_end<P> source = look_at(p, from.k);
        requeue_end<P> destination = look_at(p, to);
        if (from.k.numa() && !valid_hint(p, source.hint)) return -EINVAL;
        if (to.numa() && !valid_hint(p, destination.hint)) return -EINVAL;
        if (value_differs<P>(from.k, from.expected)) return -EAGAIN;
        if (source.unassigned() || nobody_waits(*source.where)) return 0;
        int node = -1;
        if (destination.unassigned()) {
            node = destination_node(p, t, source, to);
            if (node < 0) return -EINVAL;
            destination.where = &p.bucket_on(node, to);
        }
        bucket<P>& a = *source.where;
        bucket<P>& b = *destination.where;

        const uint32_t generation = p.generation_word->load(order::relaxed);
        section<P> s(p, t, generation, a, b);
        if (!source.stands() || !destination.stands()) continue;
        if (value_differs<P>(from.k, from.expected)) return -EAGAIN;

        const bool assign =
            destination.unassigned() && most > 0 && longer_than(find<P>(a.root, from.k), wake);
        if (assign && !assign_hint<P>(to.word(), to.size(), node)) continue;

        chain<P> taken = take(p, a, from.k, ~uint64_t{0}, wake, true);
        int done = taken.length;
        if (from.k == to)  // as the kernel: counted, and left where they are
            done += count_unclaimed(find<P>(a.root, to), most);
        else
            done += move(p, a, from.k, b, to, most, assign);
        // Those that were to move have claimed themselves meanwhile.
        if (assign && find<P>(b.root, to).first == nullptr) reset_hint(p, b, to);
        s.leave(taken);
        return done;
    }
}

}  // namespace futex2::engine
