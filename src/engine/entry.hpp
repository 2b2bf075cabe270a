// SPDX-License-Identifier: MIT
// What a waiting thread owns: one waiter, and an entry for each word that it waits on.
#pragma once

#include "engine/key.hpp"
#include "engine/parker.hpp"

namespace futex2::engine {

template <platform_like P>
struct bucket;

// One wait call. Whoever changes claim from nobody owns the right to end the
// wait: a waker, through the entry it found, or the thread itself.
template <platform_like P>
struct waiter {
    static constexpr uint32_t nobody = 0;
    static constexpr uint32_t itself = ~uint32_t{0};

    typename P::template atomic<uint32_t> claim;  // or 1 + the entry's index
    // What the waiting thread tells its waker; once the wait is claimed, what the waker
    // tells the thread (handover.hpp).
    typename P::template plain<uint32_t> note{};
    typename P::template plain<parker<P>*> parking{};

    // Relaxed: claims are made under a bucket's lock, and what the claimant
    // wrote is published by the parker.
    bool claim_by(uint32_t who) { return claim.compare_exchange(nobody, who, order::relaxed); }
};

// One word of a wait. While it is queued, the first line and queued_in belong to
// the bucket, under its lock; the rest is constant.
//
// A bucket holds a tree of keys. The node of a key is its oldest waiter's entry:
// it carries the key's children, last and assigned, and hands them on to the
// next entry when it leaves. The first cache line is what a search reads.
template <platform_like P>
struct alignas(64) entry {
    template <class T>
    using plain = typename P::template plain<T>;

    // The word that it is queued on: target, until it is requeued.
    plain<uintptr_t> address;
    // Null: in no bucket. Written under the lock of the bucket that it leaves and
    // of the one that it enters.
    typename P::template atomic<bucket<P>*> queued_in;
    plain<entry*> next;
    plain<entry*> previous;
    plain<entry*> child[2];  // of a key's first entry, as the next two
    plain<entry*> last;      // the youngest
    plain<bool> assigned;    // the library set the word's hint
    plain<stored_kind> stored;
    plain<uint8_t> index;        // in its waiter's array
    plain<bool> alone;           // its waiter has no other entry
    bool by_policy = false;      // FUTEX2_MPOL
    plain<uint8_t> passed_over;  // while it was the oldest: wakes that took younger ones first
    int16_t node = 0;            // that its thread was on

    // Second line: what its thread asked for.
    key target;
    uint64_t expected = 0;
    plain<uint64_t> mask;
    plain<waiter<P>*> owner;
    waiter<P> own;  // of an entry that is alone

    void set_key(const key& k) {
        address.set(k.address);
        stored.set(k.kind);
    }
    word_kind kind() const { return stored.get(); }
    bool is_on(const key& k) const { return address.get() == k.address && kind() == k.kind; }
};

inline constexpr size_t entry_bytes = 128;  // for each word of a wait

}  // namespace futex2::engine
