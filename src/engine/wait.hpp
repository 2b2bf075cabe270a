// SPDX-License-Identifier: MIT
// Waiting on one word, and what waiting on many shares with it.
#pragma once

#include "engine/take.hpp"

namespace futex2::engine {

// One word to wait on, checked: what the caller's arguments say.
struct wait_target {
    key k;
    uint64_t expected;
    uint64_t mask;   // widened
    bool by_policy;  // FUTEX2_MPOL
};

// What putting an entry into a queue came to.
enum class enqueued : uint8_t { yes, value_differs, impossible_hint, forked };

template <platform_like P>
bool value_differs(const key& k, uint64_t expected) {
    return P::load_value(k.word(), k.size()) != expected;
}

// The node for a word that has none yet. Asked only once the value compared equal.
template <platform_like P>
int first_node(const process<P>& p, const thread<P>& t, const key& k, bool by_policy) {
    int node = -1;
    if (by_policy && !p.nodes.is_virtual) node = P::policy_node(k.word());
    if (!p.has_node(node)) node = current_node(p, t);
    return hint_for(p, node, k.size());
}

// While somebody looks for misuse: whether the word is waited on in another size here. (Plain
// words of one address share a bucket, whatever their size.)
template <platform_like P>
void look_for_another_size(const process<P>& p, bucket<P>& b, const key& k) {
    const auto report = P::on_misuse();
    if (report == nullptr) [[likely]]
        return;
    for (uint32_t bits = 0; bits < 8; ++bits) {
        if (bits == k.kind.bits) continue;
        const entry<P>* other = find<P>(b.root, p.key_of(k.word(), {bits})).first;
        if (other != nullptr)
            report(misuse::two_sizes, k.word(), other->owner.get()->parking.get()->thread);
    }
}

template <platform_like P>
void queue_entry(const process<P>& p, bucket<P>& b, entry<P>& e, bool assigned) {
    look_for_another_size(p, b, e.target);
    e.set_key(e.target);
    queue<P> q = find<P>(b.root, e.target);
    append<P>(q, &e, &e);
    if (assigned) q.first->assigned.set(true);
    e.queued_in.store(&b, order::relaxed);
}

// Queues the entry if its word still holds the expected value: then a wake that
// follows the change of the value finds it. Plain words: the count is raised, then
// the value is compared (plainwake.pml). NUMA words: the hint becomes the
// node by the same compare-and-swap that compares the value; or, under the lock of
// the node that it names, is seen to name it still (hint.pml).
template <platform_like P>
enqueued enqueue(process<P>& p, thread<P>& t, uint32_t generation, entry<P>& e) {
    const key k = e.target;
    for (;;) {
        if (value_differs<P>(k, e.expected)) return enqueued::value_differs;
        int64_t hint = no_node;
        int64_t node = no_node;
        if (k.numa()) {
            hint = P::load_hint(k.word(), k.size());
            if (!valid_hint(p, hint)) return enqueued::impossible_hint;
            node = hint != no_node ? hint : first_node(p, t, k, e.by_policy);
            if (node < 0) return enqueued::impossible_hint;
        }
        bucket<P>& b = k.numa() ? p.bucket_on(static_cast<int>(node), k) : p.plain_bucket(k);
        b.count.fetch_add(1, order::seq_cst);
        P::fence_after_rmw();
        P::interrupt_point();
        section<P> s(p, t, generation, b);
        const bool assign = k.numa() && hint == no_node;
        bool queue_it;
        if (assign)
            queue_it =
                P::compare_exchange_pair(k.word(), k.size(), e.expected, no_node, e.expected, node);
        else
            queue_it = !value_differs<P>(k, e.expected) &&
                       (!k.numa() || P::load_hint(k.word(), k.size()) == node);
        if (queue_it)
            queue_entry(p, b, e, assign);
        else
            b.count.fetch_sub(1, order::relaxed);
        if (!s.leave({})) return enqueued::forked;
        if (queue_it) return enqueued::yes;
        // Another value, or another hint: look again at what it is now.
    }
}

// Spins, then sleeps until somebody ends the wait (0), or -EINTR or -ETIMEDOUT.
template <platform_like P>
int sleep(process<P>& p, thread<P>& t, parker<P>& own, deadline until) {
    const int most = p.most_spins.load(order::relaxed);
    if (const int rounds = t.spins.rounds(most); rounds > 0) {
        if (const int used = own.spin(rounds); used < rounds)
            t.spins.succeeded(used);
        else
            t.spins.failed(rounds, most);
    }
    return own.sleep(until);
}

// What ends a wait: an index, or a negative errno, and the waker's note.
struct wait_result {
    int status = 0;
    uint32_t note = 0;
    bool moved = false;  // of a wait on one word: it has been requeued
};

constexpr int error_of(enqueued e) {
    switch (e) {
        case enqueued::value_differs:
            return -EAGAIN;
        case enqueued::impossible_hint:
            return -EINVAL;
        default:
            return 0;
    }
}

template <platform_like P>
void prepare(const process<P>& p, const thread<P>& t, entry<P>& e, waiter<P>& w,
             const wait_target& target, uint8_t index, bool alone) {
    e.target = target.k;
    e.expected = target.expected;
    e.mask.set(target.mask);
    e.by_policy = target.by_policy;
    e.owner.set(&w);
    e.index.set(index);
    e.alone.set(alone);
    e.passed_over.set(0);
    e.node = static_cast<int16_t>(current_node(p, t));
}

// Arms the thread's parker for w.
template <platform_like P>
void arm(thread<P>& t, waiter<P>& w) {
    t.own.parking->arm();
    w.claim.store(waiter<P>::nobody, order::relaxed);
    w.parking.set(t.own.parking);
}

// The wait is over, one way or another, and `status` is what sleeping came to.
// Takes the n entries out of their queues. Returns the index of the word that was
// woken where a waker has claimed the wait: that wins over a deadline or a signal.
// False in `ours`: this is a forked child, whose word must be read again.
template <platform_like P>
wait_result finish(process<P>& p, thread<P>& t, uint32_t generation, waiter<P>& w,
                   entry<P>* entries, unsigned n, int status, bool& ours) {
    parker<P>& own = *w.parking.get();
    const bool given_up = w.claim_by(waiter<P>::itself);
    if (!given_up) own.await_release();
    ours = !own.forked();
    const uint32_t claim = w.claim.load(order::relaxed);
    for (unsigned i = 0; i < n; ++i) {
        if (!given_up && claim == i + 1) continue;  // the waker has taken it
        if (!withdraw(p, t, generation, entries[i])) ours = ours && !given_up;
    }
    const bool moved = n == 1 && entries[0].address.get() != entries[0].target.address;
    if (given_up) return {status, 0, moved};
    return {static_cast<int>(claim) - 1, w.note.get(), moved};
}

struct nothing {
    void operator()() const {}
};

// Waits on n entries, which are prepared for w. sleep_on(parker) runs when they are queued: it
// answers what sleeping came to. False: this is a forked child, in which the wait must begin
// again.
template <platform_like P, class Sleep>
bool wait_by(process<P>& p, thread<P>& t, uint32_t generation, waiter<P>& w, entry<P>* entries,
             unsigned n, wait_result& result, const Sleep& sleep_on) {
    arm(t, w);
    enqueued state = enqueued::yes;
    unsigned queued = 0;
    while (queued < n && state == enqueued::yes) {
        state = enqueue(p, t, generation, entries[queued]);
        if (state == enqueued::yes) ++queued;
    }
    if (state == enqueued::forked) return false;
    const int status = state == enqueued::yes ? sleep_on(*w.parking.get()) : error_of(state);
    bool ours = true;
    result = finish(p, t, generation, w, entries, queued, status, ours);
    return ours;
}

// The same, asleep on the parker. before_sleep() runs when the entries are queued, and must not
// wait itself.
template <platform_like P, class F = nothing>
bool wait_on(process<P>& p, thread<P>& t, uint32_t generation, waiter<P>& w, entry<P>* entries,
             unsigned n, deadline until, wait_result& result, const F& before_sleep = {}) {
    return wait_by(p, t, generation, w, entries, n, result, [&](parker<P>& own) {
        before_sleep();
        return sleep(p, t, own, until);
    });
}

// What a call must answer before it queues anything, or 0. All hints are looked
// at before any value is compared.
template <platform_like P>
int look_first(const process<P>& p, void* word, word_kind kind) {
    return kind.numa() && !valid_hint(p, P::load_hint(word, kind.size())) ? -EINVAL : 0;
}

// Whether the value changes before the wait queues. Who makes that change then finds nobody
// to wake, and who waits for a lock that is given back takes it without being handed it.
template <platform_like P>
bool changes_soon(const process<P>& p, const key& k, uint64_t expected, bool timed) {
    looks<P> looking = looks<P>::of_wait(p, timed);
    while (looking.again())
        if (value_differs<P>(k, expected)) return true;
    return false;
}

// The arguments of a wait that fit into one register.
struct wait_mode {
    clockid_t clock;
    stored_kind kind;
    bool by_policy;
};

// A wait for one word without a look before it queues. note: for its waker (handover.hpp).
// before_sleep(): as of wait_on(), and again in a child that was forked meanwhile.
template <platform_like P, class F = nothing>
wait_result queue_and_sleep(process<P>& p, const wait_target& target, deadline until,
                            uint32_t note = 0, const F& before_sleep = {}) {
    thread<P>& t = thread<P>::self();
    for (;;) {
        const uint32_t generation = p.generation();
        if (!take_seat(p, t, generation)) return {-ENOMEM};
        entry<P>& e = *t.own.place;
        prepare(p, t, e, e.own, target, 0, true);
        e.own.note.set(note);
        wait_result result;
        if (wait_on(p, t, generation, e.own, &e, 1, until, result, before_sleep)) return result;
    }
}

// Out of line, and with what fits into registers: a wait whose value has changed
// does nothing for its sake.
template <platform_like P>
[[gnu::noinline]] wait_result wait_in_queue(process<P>& p, void* word, uint64_t expected,
                                            uint64_t mask, const timespec* time, wait_mode mode) {
    const key k = p.key_of(word, mode.kind);
    if (changes_soon(p, k, expected, time != nullptr)) return {-EAGAIN};
    return queue_and_sleep(p, {k, expected, widen_mask(mask, k.size()), mode.by_policy},
                           {time, mode.clock});
}

// futex2_wait() behind its checks.
template <platform_like P>
[[gnu::always_inline]] inline wait_result wait(process<P>& p, void* word, uint64_t expected,
                                               uint64_t mask, const timespec* time,
                                               wait_mode mode) {
    const word_kind kind = mode.kind;
    if (const int error = look_first(p, word, kind); error != 0) return {error};
    if (P::load_value(word, kind.size()) != expected) return {-EAGAIN};
    return wait_in_queue(p, word, expected, mask, time, mode);
}

}  // namespace futex2::engine
