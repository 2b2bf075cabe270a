// SPDX-License-Identifier: MIT
// Waking many words in one call.
#pragma once

#include "engine/wake.hpp"

namespace futex2::engine {

// futex2_wakev() behind its checks; item(i) is the i-th of n <= most_items. All
// hints are read before anybody is woken, for a woken thread may free a later
// word; each word's waiters are released before the next bucket is locked.
template <platform_like P, int most_items, class F>
int wakev(process<P>& p, int n, F item) {
    P::fence();
    // Node numbers, for a signal handler's small stack; plain words need none.
    int16_t hints[most_items];
    for (int i = 0; i < n; ++i) {
        const wake_request w = item(i);
        const int64_t hint = w.kind.numa() ? P::load_hint(w.word, w.kind.size()) : no_node;
        if (!valid_hint(p, hint)) return -EINVAL;
        hints[i] = static_cast<int16_t>(hint);
    }
    int woken = 0;
    for (int i = 0; i < n; ++i) {
        const wake_request w = item(i);
        if (w.kind.numa() && hints[i] == no_node) continue;
        const key k = p.key_of(w.word, w.kind);
        bucket<P>& b = w.kind.numa() ? p.bucket_on(hints[i], k) : p.plain_bucket(k);
        woken += wake_at(p, w, b, false);
    }
    return woken;
}

}  // namespace futex2::engine
