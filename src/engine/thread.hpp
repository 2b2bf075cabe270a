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
    parker<P>* own_parker;
    uint32_t parker_generation;
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

// The thread ends: its parker is free for another.
template <platform_like P>
void release_parker(void* thread_object) {
    auto& t = *static_cast<thread<P>*>(thread_object);
    // A fork has freed all parkers already; this one may be another thread's now.
    if (t.own_parker != nullptr && !t.owner->forked_since(t.parker_generation))
        parker_page<P>::give_back(t.own_parker);
    t.own_parker = nullptr;
}

// The calling thread's parker of this generation, or null (-ENOMEM).
template <platform_like P>
parker<P>* own_parker(process<P>& p, thread<P>& t, uint32_t generation) {
    if (t.own_parker != nullptr && t.parker_generation == generation) [[likely]]
        return t.own_parker;
    const int node = current_node(p, t);
    t.own_parker = p.parkers[node].take(p.memory_node(node));
    t.parker_generation = generation;
    t.owner = &p;
    if (t.own_parker != nullptr) P::at_thread_exit(release_parker<P>, &t);
    return t.own_parker;
}

}  // namespace futex2::engine
