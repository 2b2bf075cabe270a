// SPDX-License-Identifier: MIT
// Waking, and storing and waking.
#pragma once

#include "engine/take.hpp"

namespace futex2::engine {

// One word to wake, checked: what the caller's arguments say.
struct wake_request {
    void* word;
    uint64_t mask;
    int count;  // 0: nobody; negative: one, as the kernel
    word_kind kind;
    bool local_first = false;  // waiters of the caller's node
};

// Behind a full fence, or a locked instruction on another word: 0 says that
// nobody waits here. Acquire pairs with the waiter's raise: what it did before,
// the process's generation first of all, is visible (plainwake.pml).
template <platform_like P>
bool nobody_waits(const bucket<P>& b) {
    return b.count.load(order::acquire) == 0;
}

// Whether the word outlives the wake (take.hpp), in the same register as its kind.
struct wake_mode {
    word_kind kind;
    bool word_alive;
    bool local_first;
};

// Wakes up to count (not 0) waiters of a bucket in which somebody waits. Out of line, and
// with what fits into registers: where nobody waits, a wake does not even touch the stack.
template <platform_like P>
[[gnu::noinline]] int wake_in_bucket(process<P>& p, bucket<P>& b, uintptr_t address, uint64_t mask,
                                     int count, wake_mode mode) {
    thread<P>& t = thread<P>::self();
    if (count < 0) count = 1;
    if (t.depth.load(order::relaxed) > 0) [[unlikely]] {
        t.deferred.push({address, mask, &b, count, mode.kind, mode.word_alive, mode.local_first});
        return 0;
    }
    const key k{address, mode.kind, path_of(address, mode.kind, p.seed)};
    const uint64_t widened = widen_mask(mask, k.size());
    const uint32_t generation = p.generation_word->load(order::relaxed);
    section<P> s(p, t, generation, b);
    chain<P> taken = mode.local_first
                         ? take_local(p, b, k, widened, count, mode.word_alive, current_node(p, t))
                         : take(p, b, k, widened, count, mode.word_alive);
    const int woken = taken.length;
    s.leave(taken);
    return woken;
}

// The second half of a wake: the hint is known (no_node for a plain word), and a
// full fence lies behind the change of the value.
template <platform_like P>
int wake_at(process<P>& p, const wake_request& w, bucket<P>& b, bool word_alive) {
    if (nobody_waits(b) || w.count == 0) return 0;
    return wake_in_bucket(p, b, reinterpret_cast<uintptr_t>(w.word), w.mask, w.count,
                          {w.kind, word_alive, w.local_first});
}

// futex2_wake() behind its checks. -EINVAL for an impossible hint.
//
// The full fence stands behind the caller's store, whatever order and width that
// had, and before the load of the hint or the count: else that load may be
// answered before the store is visible. All that needs neither goes before the
// fence, where it costs no time of its own.
template <platform_like P>
[[gnu::always_inline]] inline int wake(process<P>& p, const wake_request& w) {
    if (w.kind.numa()) {
        P::fence();
        const int64_t hint = P::load_hint(w.word, w.kind.size());
        if (hint == no_node) return 0;
        if (!p.has_node(hint)) return -EINVAL;
        const key k = p.key_of(w.word, w.kind);
        return wake_at(p, w, p.bucket_on(static_cast<int>(hint), k), true);
    }
    const key k = p.key_of(w.word, w.kind);
    bucket<P>& b = p.plain_bucket(k);
    P::fence();
    return wake_at(p, w, b, true);
}

// Stores a value into a NUMA word and reads its hint in one step. False, and
// nothing stored, for an impossible hint.
template <platform_like P>
[[gnu::always_inline]] inline bool exchange_value(const process<P>& p, void* word, width size,
                                                  uint64_t value, int64_t& hint) {
    for (;;) {
        const uint64_t old = P::load_value(word, size);
        hint = P::load_hint(word, size);
        if (!valid_hint(p, hint)) return false;
        if (P::compare_exchange_pair(word, size, old, hint, value, hint)) return true;
    }
}

// futex2_store_wake() behind its checks. After the store the word may be gone.
template <platform_like P>
[[gnu::always_inline]] inline int store_wake(process<P>& p, const wake_request& w, uint64_t value) {
    if (w.kind.numa()) {
        int64_t hint;
        if (!exchange_value(p, w.word, w.kind.size(), value, hint)) return -EINVAL;
        P::interrupt_point();
        if (hint == no_node) return 0;
        P::fence_after_rmw();
        const key k = p.key_of(w.word, w.kind);
        return wake_at(p, w, p.bucket_on(static_cast<int>(hint), k), false);
    }
    const key k = p.key_of(w.word, w.kind);
    bucket<P>& b = p.plain_bucket(k);
    P::store_value_fenced(w.word, w.kind.size(), value);
    P::interrupt_point();
    return wake_at(p, w, b, false);
}

// More wakes were deferred than there was room to note: wakes everybody. Each
// such wake is spurious to its waiter, none is lost.
template <platform_like P>
void wake_everybody(process<P>& p, thread<P>& t) {
    for (int i = 0; i < p.nodes.node_count; ++i) {
        bucket<P>* table = p.table_at[i];
        for (uint32_t n = 0; n < p.buckets_per_node(); ++n) {
            if (nobody_waits(table[n])) continue;
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
            deferred_wake<P> w;
            if (!t.deferred.pop(w) || nobody_waits(*w.where)) continue;
            wake_in_bucket(p, *w.where, w.address, w.mask, w.count,
                           {w.kind, w.word_alive, w.local_first});
        }
        t.deferred.draining.store(false, order::relaxed);
        P::signal_fence();
        // A handler that deferred between the two steps saw draining.
    } while (!t.deferred.empty());
}

}  // namespace futex2::engine
