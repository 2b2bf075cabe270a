// SPDX-License-Identifier: MIT
// Waking, and storing and waking.
#pragma once

#include "engine/take.hpp"

namespace futex2 {

// One word to wake: what the caller's address, flags and hint say.
template <platform_like P>
struct wake_target {
    key k;
    bucket<P>* where;  // null: nobody waits
};

// What a wake has found, told under the bucket's lock to the caller's callback.
struct wake_outcome {
    int taken;       // waiters that this wake ends
    bool more_wait;  // waiters of the word remain, of whatever mask
};

struct no_callback {
    uint32_t operator()(wake_outcome) const { return 0; }
};

// Loads the hint and finds the bucket. False: the hint is impossible.
template <platform_like P>
bool resolve(const process<P>& p, wake_target<P>& target) {
    if (!target.k.numa()) {
        target.where = &p.plain_bucket(target.k);
        return true;
    }
    const int64_t hint = P::load_hint(target.k.word(), target.k.size());
    if (hint == no_node) {
        target.where = nullptr;
        return true;
    }
    if (!p.has_node(hint)) return false;
    target.where = &p.bucket_on(static_cast<int>(hint), target.k);
    return true;
}

template <platform_like P>
void defer(thread<P>& t, const wake_target<P>& target, uint64_t mask, int count, bool word_alive) {
    t.deferred.push({target.k.address, mask, target.where, count, target.k.kind, word_alive});
}

// Wakes up to count (> 0) waiters. A full fence lies between the change of the
// value and this call. callback runs under the bucket's lock, also when nobody
// was taken, but not where the count of the bucket shows that nobody waits; what
// it answers becomes the token of each wait that ends.
template <platform_like P, class F = no_callback>
int wake_resolved(process<P>& p, thread<P>& t, const wake_target<P>& target, uint64_t mask,
                  int count, bool word_alive, F callback = {}) {
    bucket<P>* b = target.where;
    // The fence orders it behind the value (models/plainwake.pml). Acquire pairs
    // with the waiter's raise: the generation that it waits in is visible.
    if (b == nullptr || b->count.load(order::acquire) == 0) return 0;
    if (t.depth.load(order::relaxed) > 0) [[unlikely]] {
        defer(t, target, mask, count, word_alive);
        return 0;
    }
    const uint32_t generation = p.generation_word->load(order::relaxed);
    section<P> s(p, t, generation, *b);
    chain<P> taken = take(p, *b, target.k, mask, count, word_alive);
    if constexpr (!std::same_as<F, no_callback>) {
        const bool more_wait = find<P>(b->root, target.k).first != nullptr;
        const uint32_t token = callback(wake_outcome{taken.length, more_wait});
        for (entry<P>* e = taken.first; e != nullptr; e = e->next.get()) e->owner->token.set(token);
    }
    const int woken = taken.length;
    s.leave(taken);
    return woken;
}

// futex2_wake() behind its checks. -EINVAL for an impossible hint.
template <platform_like P, class F = no_callback>
int wake(process<P>& p, const key& k, uint64_t mask, int count, F callback = {}) {
    // Whatever order the caller stored the value with, and whatever its width:
    // the load of a hint that is wider than the store before it, or of a count
    // elsewhere, may else be answered first.
    P::fence();
    wake_target<P> target{k, nullptr};
    if (!resolve(p, target)) return -EINVAL;
    if (count == 0) return 0;
    return wake_resolved(p, thread<P>::self(), target, mask, count, true, callback);
}

// Stores a value into a NUMA word and reads its hint in one step. -EINVAL, and
// nothing stored, for an impossible hint.
template <platform_like P>
int store_and_resolve(const process<P>& p, wake_target<P>& target, uint64_t value) {
    void* word = target.k.word();
    const width size = target.k.size();
    for (;;) {
        const uint64_t old = P::load_value(word, size);
        const int64_t hint = P::load_hint(word, size);
        if (hint == no_node) {
            target.where = nullptr;
        } else {
            if (!p.has_node(hint)) return -EINVAL;
            target.where = &p.bucket_on(static_cast<int>(hint), target.k);
        }
        if (P::compare_exchange_pair(word, size, old, hint, value, hint)) return 0;
    }
}

// futex2_store_wake() behind its checks. After the store the word may be gone.
template <platform_like P>
int store_wake(process<P>& p, const key& k, uint64_t value, int count) {
    wake_target<P> target{k, nullptr};
    if (k.numa()) {
        if (const int error = store_and_resolve(p, target, value); error != 0) return error;
        if (target.where == nullptr) return 0;
        P::fence_after_rmw();
    } else {
        target.where = &p.plain_bucket(k);
        P::store_value_fenced(k.word(), k.size(), value);
    }
    if (count == 0) return 0;
    return wake_resolved(p, thread<P>::self(), target, ~uint64_t{0}, count, false);
}

// More wakes were deferred than there was room to note: wakes everybody. Each
// such wake is spurious to its waiter, none is lost.
template <platform_like P>
void wake_everybody(process<P>& p, thread<P>& t) {
    for (int i = 0; i < p.nodes.node_count; ++i) {
        bucket<P>* table = p.table[p.nodes.nodes[i]];
        for (uint32_t n = 0; n < p.buckets_per_node; ++n) {
            if (table[n].count.load(order::acquire) == 0) continue;
            const uint32_t generation = p.generation_word->load(order::relaxed);
            section<P> s(p, t, generation, table[n]);
            chain<P> taken = take_all(p, table[n]);
            s.leave(taken);
        }
    }
}

// Does the wakes that signal handlers have deferred. A handler that interrupts it
// leaves what it defers to this loop.
template <platform_like P>
void drain(process<P>& p, thread<P>& t) {
    if (t.deferred.draining.load(order::relaxed)) return;
    do {
        t.deferred.draining.store(true, order::relaxed);
        P::signal_fence();
        while (!t.deferred.empty()) {
            if (t.deferred.take_overflow()) {
                wake_everybody(p, t);
                continue;
            }
            const deferred_wake<P> w = t.deferred.pop();
            const key k{w.address, w.kind, hash_of(w.address, w.kind, p.seed)};
            wake_resolved(p, t, {k, w.where}, w.mask, w.count, w.word_alive);
        }
        t.deferred.draining.store(false, order::relaxed);
        P::signal_fence();
        // A handler that deferred between the two steps saw draining.
    } while (!t.deferred.empty());
}

}  // namespace futex2
