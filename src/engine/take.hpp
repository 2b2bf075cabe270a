// SPDX-License-Identifier: MIT
// Taking waiters out of a bucket: by a waker, and by the waiter itself.
#pragma once

#include "engine/address_tree.hpp"
#include "engine/hint.hpp"
#include "engine/section.hpp"

namespace futex2::engine {

// Takes e out of the queue of k, under the lock of b. If it was the last waiter of
// a word whose hint the library assigned, the hint becomes -1.
template <platform_like P>
void dequeue(const process<P>& p, bucket<P>& b, const key& k, queue<P>& q, entry<P>* e) {
    const bool assigned = q.first->assigned.get();
    unlink(q, e);
    if (q.first == nullptr && assigned) reset_hint(p, b, k);
    b.count.fetch_sub(1, order::relaxed);
}

// e is in no bucket any more. Its thread may return now, unless the wait was
// claimed through e: e is not touched after that. Pairs with withdraw().
template <platform_like P>
void let_go(entry<P>* e) {
    e->queued_in.store(nullptr, order::release);
}

// Claims and takes out up to count of the key's waiters, oldest first, of those that
// wanted(entry) holds for, under the lock of b. word_alive: the caller's word outlives the
// call. Else it may be gone (store_wake), and is touched only for the sake of a waiter that
// is taken here.
template <platform_like P, class Wanted>
void take_wanted(const process<P>& p, bucket<P>& b, const key& k, int count, bool word_alive,
                 chain<P>& taken, const Wanted& wanted) {
    queue<P> q = find<P>(b.root, k);
    for (entry<P>* e = q.first; e != nullptr && taken.length < count;) {
        entry<P>* next = e->next.get();
        if (wanted(*e)) {
            const bool claimed = e->owner.get()->claim_by(1u + e->index.get());
            // Claimed through another word: it has been counted there.
            if (claimed || word_alive || taken.length > 0) {
                dequeue(p, b, k, q, e);
                if (claimed) taken.add(e);
                let_go(e);
            }
        }
        e = next;
    }
}

// The same of those whose mask has a bit in common with `mask`.
template <platform_like P>
chain<P> take(const process<P>& p, bucket<P>& b, const key& k, uint64_t mask, int count,
              bool word_alive) {
    chain<P> taken;
    take_wanted(p, b, k, count, word_alive, taken,
                [mask](const entry<P>& e) { return (e.mask.get() & mask) != 0; });
    return taken;
}

// Of a word's waiters of other nodes, the oldest is passed over so often.
inline constexpr uint8_t most_passed_over = 64;

// take(), of the waiters of a node first, then of the others. The oldest waiter is not
// passed over for ever: when it was so often, it comes first.
template <platform_like P>
chain<P> take_local(const process<P>& p, bucket<P>& b, const key& k, uint64_t mask, int count,
                    bool word_alive, int node) {
    chain<P> taken;
    const auto wanted = [mask](const entry<P>& e) { return (e.mask.get() & mask) != 0; };
    entry<P>* oldest = find<P>(b.root, k).first;
    if (oldest != nullptr && oldest->passed_over.get() >= most_passed_over)
        take_wanted(p, b, k, 1, word_alive, taken, wanted);
    take_wanted(p, b, k, count, word_alive, taken,
                [&](const entry<P>& e) { return e.node == node && wanted(e); });
    if (taken.length > 0 && oldest != nullptr && find<P>(b.root, k).first == oldest)
        oldest->passed_over.set(static_cast<uint8_t>(oldest->passed_over.get() + 1));
    take_wanted(p, b, k, count, word_alive, taken, wanted);
    return taken;
}

// Takes the waiting thread's own entry out, wherever it was moved to. False: this
// is a forked child, and nothing is queued.
template <platform_like P>
bool withdraw(process<P>& p, thread<P>& t, uint32_t generation, entry<P>& e) {
    for (;;) {
        bucket<P>* b = e.queued_in.load(order::acquire);
        if (b == nullptr) return !p.forked_since(generation);
        section<P> s(p, t, generation, *b);
        // Moved or taken before the lock was held (requeue.pml, NO_SECOND_LOOK).
        if (e.queued_in.load(order::relaxed) != b) continue;
        const key k = p.key_of(reinterpret_cast<void*>(e.address.get()), e.kind());
        queue<P> q = find<P>(b->root, k);
        if (q.first != nullptr) dequeue(p, *b, k, q, &e);
        return s.leave({});
    }
}

// Takes every waiter of a bucket out, for whatever word.
template <platform_like P>
chain<P> take_all(const process<P>& p, bucket<P>& b) {
    chain<P> taken;
    while (entry<P>* first = b.root.get()) {
        queue<P> q{&b.root, first};
        const bool claimed = first->owner.get()->claim_by(1u + first->index.get());
        const key k = p.key_of(reinterpret_cast<void*>(first->address.get()), first->kind());
        dequeue(p, b, k, q, first);
        if (claimed) taken.add(first);
        let_go(first);
    }
    return taken;
}

}  // namespace futex2::engine
