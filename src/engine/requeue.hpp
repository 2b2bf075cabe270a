// SPDX-License-Identifier: MIT
// Moving waiters from one word to another.
#pragma once

#include "engine/wait.hpp"
#include "engine/wake.hpp"

namespace futex2 {

// Where the two words stand at one look: their hints, and the buckets that these
// name. from or to is null where that word has no node yet.
template <platform_like P>
struct requeue_ends {
    wake_target<P> from;
    wake_target<P> to;
    int64_t to_node;  // that the destination gets if a waiter moves
};

// False: an impossible hint, of either word.
template <platform_like P>
bool resolve_ends(const process<P>& p, const thread<P>& t, requeue_ends<P>& ends) {
    if (!resolve(p, ends.from) || !resolve(p, ends.to)) return false;
    if (ends.to.where != nullptr || ends.from.where == nullptr) return true;
    // The destination gets the source's node; a plain source has none: the caller's.
    const key& from = ends.from.k;
    const int64_t hint = from.numa() ? P::load_hint(from.word(), from.size()) : no_node;
    const int node = p.has_node(hint) ? static_cast<int>(hint) : current_node(p, t);
    ends.to_node = hint_for(p, node, ends.to.k.size());
    return ends.to_node >= 0;
}

// The bucket that a word's hint names now is the one that was locked; for a word
// without a node: it still has none.
template <platform_like P>
bool unchanged(const process<P>& p, const wake_target<P>& seen) {
    wake_target<P> now{seen.k, nullptr};
    return resolve(p, now) && now.where == seen.where;
}

template <platform_like P>
bool claimed(const entry<P>& e) {
    return e.owner->claim.load(order::relaxed) != waiter<P>::nobody;
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

// Moves up to most waiters, oldest first, under both locks; returns how many. The
// destination's count is raised before the source's falls: at no time does a wake
// of both find neither.
template <platform_like P>
int move(const process<P>& p, bucket<P>& from, const key& from_key, bucket<P>& to,
         const key& to_key, int most, bool assigned) {
    queue<P> source = find<P>(from.root, from_key);
    chain<P> moved;
    for (entry<P>* e = source.first; e != nullptr && moved.length < most;) {
        entry<P>* next = e->next.get();
        const bool moves = !claimed(*e);
        if (moves) to.count.fetch_add(1, order::seq_cst);
        dequeue(p, from, source, e);
        if (moves)
            moved.add(e);
        else
            let_go(e);
        e = next;
    }
    queue<P> destination = find<P>(to.root, to_key);
    for (entry<P>* e = moved.first; e != nullptr;) {
        entry<P>* next = e->next.get();
        e->set_key(to_key);
        append<P>(destination, e);
        e->queued_in.store(&to, order::release);
        e = next;
    }
    if (assigned && destination.first != nullptr) destination.first->assigned.set(true);
    return moved.length;
}

// futex2_requeue() behind its checks. The shortcuts that models/requeue.pml
// refutes: not looking again under the locks (NODSTCHECK), assigning the
// destination's hint though nobody moves (EAGER), carrying the source's flag over
// (CARRY).
template <platform_like P>
int requeue(process<P>& p, const wait_target& from, const key& to, int wake, int most) {
    thread<P>& t = thread<P>::self();
    P::fence();
    for (;;) {
        requeue_ends<P> ends{{from.k, nullptr}, {to, nullptr}, no_node};
        if (!resolve_ends(p, t, ends)) return -EINVAL;
        if (value_differs<P>(from.k, from.expected)) return -EAGAIN;
        bucket<P>* source = ends.from.where;
        if (source == nullptr || source->count.load(order::acquire) == 0) return 0;
        bucket<P>* destination = ends.to.where;
        if (destination == nullptr)
            destination = &p.bucket_on(static_cast<int>(ends.to_node), to);

        const uint32_t generation = p.generation_word->load(order::relaxed);
        section<P> s(p, t, generation, *source, *destination);
        if (!unchanged(p, ends.from) || !unchanged(p, ends.to)) continue;
        if (value_differs<P>(from.k, from.expected)) return -EAGAIN;

        queue<P> q = find<P>(source->root, from.k);
        const bool assign = ends.to.where == nullptr && most > 0 && longer_than(q, wake);
        if (assign && !assign_hint<P>(to.word(), to.size(), ends.to_node)) continue;

        chain<P> taken = take(p, *source, from.k, ~uint64_t{0}, wake, true);
        int done = taken.length;
        if (from.k == to)  // as the kernel: counted, and left where they are
            done += count_unclaimed(find<P>(source->root, from.k), most);
        else
            done += move(p, *source, from.k, *destination, to, most, assign);
        // Those that were to move have claimed themselves meanwhile.
        if (assign && find<P>(destination->root, to).first == nullptr)
            reset_hint(p, *destination, to);
        s.leave(taken);
        return done;
    }
}

}  // namespace futex2
