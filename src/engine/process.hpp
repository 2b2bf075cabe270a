// SPDX-License-Identifier: MIT
// What the engine keeps for a process: a table for each node, the seats, and
// the generation that tells a forked child from its parent.
#pragma once

#include <cerrno>

#include "engine/bucket.hpp"
#include "engine/seat_pool.hpp"
#include "topology/topology.hpp"

namespace futex2::engine {

// All-zero at first. build() fills it; then all but the atomics is constant.
template <platform_like P>
struct process {
    static_assert(P::max_nodes <= topology::max_nodes);

    uint64_t seed;
    uint32_t bucket_bits;               // each table has 1 << bucket_bits
    uint32_t bucket_shift;              // the upper bucket_bits of a hash
    uint32_t node_count;                // possible nodes
    bucket<P>* table[P::max_nodes];     // by node number; null: no such node
    bucket<P>* table_at[P::max_nodes];  // the same, without gaps
    topology::map nodes;

    // Zero in a process that has not waited since it was forked. Lies in memory
    // that a fork wipes.
    typename P::template atomic<uint32_t>* generation_word;
    typename P::template atomic<uint32_t> generations;
    typename P::template atomic<int> most_spins;  // rounds before a waiter sleeps
    seat_pool<P> seats[P::max_nodes];

    // Needs nodes and seed. 0 or -ENOMEM.
    int build() {
        bucket_bits = bits_for(nodes.cpu_limit);
        bucket_shift = 64 - bucket_bits;
        node_count = static_cast<uint32_t>(nodes.node_count);
        generation_word =
            P::template map<typename P::template atomic<uint32_t>>(1, -1, on_fork::wipe);
        if (generation_word == nullptr) return -ENOMEM;
        for (int i = 0; i < nodes.node_count; ++i) {
            const int node = nodes.nodes[i];
            table[node] =
                P::template map<bucket<P>>(buckets_per_node(), memory_node(node), on_fork::wipe);
            if (table[node] == nullptr) return -ENOMEM;
            table_at[i] = table[node];
        }
        return 0;
    }

    void destroy() {
        for (int i = 0; i < nodes.node_count; ++i)
            if (bucket<P>*& t = table[nodes.nodes[i]]; t != nullptr)
                P::unmap(t, buckets_per_node());
        if (generation_word != nullptr) P::unmap(generation_word, 1);
    }

    uint32_t buckets_per_node() const { return uint32_t{1} << bucket_bits; }
    size_t table_bytes() const { return buckets_per_node() * sizeof(bucket<P>); }

    // Virtual nodes are of no meaning to the kernel.
    int memory_node(int node) const { return nodes.is_virtual ? -1 : node; }

    // A power of two, at least the possible CPUs: so many threads at most hold, or
    // spin for, a bucket at a time.
    static uint32_t bits_for(int cpus) {
        uint32_t bits = 2;
        while ((1 << bits) < cpus) ++bits;
        return bits;
    }

    key key_of(const void* word, word_kind kind) const {
        const auto address = reinterpret_cast<uintptr_t>(word);
        return {address, kind, path_of(address, kind, seed)};
    }

    // Whether a hint names a node.
    bool has_node(int64_t hint) const {
        return hint >= 0 && hint < P::max_nodes && table[hint] != nullptr;
    }

    // The upper bits of the hash choose the bucket of a table.
    bucket<P>& bucket_in(bucket<P>* nodes_table, uint64_t hash) const {
        return nodes_table[hash >> bucket_shift];
    }
    bucket<P>& bucket_on(int node, const key& k) const {
        return bucket_in(table[node], hash_of(k.address));
    }

    // Plain words lie over all nodes' tables alike: the lower half chooses the node.
    bucket<P>& plain_bucket(const key& k) const {
        const uint64_t hash = hash_of(k.address);
        return bucket_in(table_at[(hash & 0xffffffff) * node_count >> 32], hash);
    }

    // The process's generation, never 0.
    uint32_t generation() {
        const uint32_t known = generation_word->load(order::relaxed);
        if (known != 0) return known;
        const uint32_t next = generations.fetch_add(1, order::relaxed) + 1;
        // Another thread of this process may be first.
        if (generation_word->compare_exchange(0, next, order::relaxed)) return next;
        return generation_word->load(order::relaxed);
    }

    // Whether this is a forked child of the process that had that generation.
    bool forked_since(uint32_t generation) const {
        return generation_word->load(order::relaxed) != generation;
    }
};

}  // namespace futex2::engine
