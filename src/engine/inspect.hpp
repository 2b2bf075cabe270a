// SPDX-License-Identifier: MIT
// Looking into the queues, for tests and measurements.
#pragma once

#include <climits>

#include "engine/requeue.hpp"

namespace futex2::engine {

// How many waits that nobody has claimed are queued on the word, or -EINVAL for an
// impossible hint.
template <platform_like P>
int waits_on(process<P>& p, void* word, word_kind kind) {
    const requeue_end<P> at = look_at(p, p.key_of(word, kind));
    if (at.unassigned()) return 0;
    if (at.where == nullptr) return -EINVAL;
    section<P> s(p, thread<P>::self(), p.generation(), *at.where);
    return count_unclaimed(find<P>(at.where->root, at.k), INT_MAX);
}

// The thread that has waited longest on a plain word, or 0.
template <platform_like P>
int32_t first_waiter(process<P>& p, const key& k) {
    bucket<P>& b = p.plain_bucket(k);
    section<P> s(p, thread<P>::self(), p.generation(), b);
    const entry<P>* first = find<P>(b.root, k).first;
    return first == nullptr ? 0 : first->owner.get()->parking.get()->thread;
}

}  // namespace futex2::engine
