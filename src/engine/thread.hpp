// SPDX-License-Identifier: MIT
// What the engine keeps for a thread.
#pragma once

#include "engine/deferral.hpp"
#include "engine/process.hpp"
#include "engine/spin.hpp"

namespace futex2::engine {

// Thread-local; all-zero at first. The atomics are shared with the thread's own
// signal handlers, nothing with other threads.
template <platform_like P>
struct thread {
    typename P::template atomic<uint32_t> depth;  // > 0: holds, or takes, a bucket's lock
    deferral<P> deferred;
    typename P::template atomic<int> pinned;  // 1 + the node that a test chose; 0: none
    spin_budget spins;
    seat<P> own;
    uint32_t seat_generation;  // in which it was taken
    process<P>* owner;

    static thread& self() { return P::template self<thread>(); }
};

// The node that the calling thread is on, for tables and hints.
template <platform_like P>
int current_node(const process<P>& p, const thread<P>& t) {
    if (const int pinned = t.pinned.load(order::relaxed); pinned != 0) return pinned - 1;
    if (!p.nodes.is_virtual)
        if (const int node = P::current_node(); p.has_node(node)) return node;
    const int cpu = P::current_cpu();
    if (cpu >= 0 && cpu < p.nodes.cpu_limit) return p.nodes.node_of_cpu[cpu];
    return p.nodes.nodes[0];
}

// The thread ends: its seat is free for another.
template <platform_like P>
void release_seat(void* thread_object) {
    auto& t = *static_cast<thread<P>*>(thread_object);
    // A fork has freed all seats already; this one may be another thread's now.
    if (t.own.parking != nullptr && !t.owner->forked_since(t.seat_generation))
        parker_page<P>::give_back(t.own.parking);
    t.own = {};
}

// Sees to it that the calling thread has a seat of this generation. False: -ENOMEM.
template <platform_like P>
bool take_seat(process<P>& p, thread<P>& t, uint32_t generation) {
    if (t.own.parking != nullptr && t.seat_generation == generation) [[likely]]
        return true;
    const int node = current_node(p, t);
    t.own = p.seats[node].take(p.memory_node(node));
    t.seat_generation = generation;
    t.owner = &p;
    if (t.own.parking == nullptr) return false;
    t.own.parking->thread = P::thread_id();
    P::at_thread_exit(release_seat<P>, &t);
    return true;
}

}  // namespace futex2::engine
