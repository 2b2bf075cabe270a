// SPDX-License-Identifier: MIT
// The hint half of a NUMA word: which node its waiters are queued on.
//
// -1 becomes a node when the first waiter queues, and -1 again when the last one
// leaves, both under the lock of that word's bucket on that node: under this
// lock, a hint that equals its node stays so (hint.pml).
#pragma once

#include "engine/process.hpp"

namespace futex2::engine {

inline constexpr int64_t no_node = -1;

// What a program may find, or put, in a hint.
template <platform_like P>
bool valid_hint(const process<P>& p, int64_t hint) {
    return hint == no_node || p.has_node(hint);
}

// The node that a thread on `node` gives to a word; negative where an 8-bit hint
// can name none.
template <platform_like P>
int hint_for(const process<P>& p, int node, width size) {
    return size == width::u8 ? p.nodes.narrow(node) : node;
}

// The last waiter has left b, the bucket of a word whose hint the library
// assigned. The word is alive: that waiter has not been released yet. One
// compare-and-swap of the whole word, as the proposal asks; while the value keeps
// moving, of the hint half, which is as safe, for this hint changes only under
// this lock. A hint that names another bucket was written by the user meanwhile, which is an
// error, and is left alone.
template <platform_like P>
void reset_hint(const process<P>& p, const bucket<P>& b, const key& k) {
    void* word = k.word();
    const int64_t node = P::load_hint(word, k.size());
    if (!p.has_node(node) || &p.bucket_on(static_cast<int>(node), k) != &b) {
        if (const auto report = P::on_misuse(); report != nullptr)
            report(misuse::hint_overwritten, word, 0);
        return;
    }
    for (int i = 0; i < 4; ++i) {
        const uint64_t value = P::load_value(word, k.size());
        if (P::compare_exchange_pair(word, k.size(), value, node, value, no_node)) return;
    }
    P::compare_exchange_hint(word, k.size(), node, no_node);
}

// Gives the word a node, whatever its value. False: it has a hint already.
template <platform_like P>
bool assign_hint(void* word, width size, int64_t node) {
    for (;;) {
        const uint64_t value = P::load_value(word, size);
        if (P::compare_exchange_pair(word, size, value, no_node, value, node)) return true;
        if (P::load_hint(word, size) != no_node) return false;
    }
}

}  // namespace futex2::engine
