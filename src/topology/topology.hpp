// SPDX-License-Identifier: MIT
// Which nodes and CPUs the machine has, and which CPU belongs to which node.
#pragma once

#include <stddef.h>
#include <stdint.h>

namespace futex2::topology {

inline constexpr int max_nodes = 1024;    // CONFIG_NODES_SHIFT is at most 10
inline constexpr int max_cpus = 8192;     // CONFIG_NR_CPUS is at most 8192
inline constexpr int narrow_limit = 128;  // an 8-bit hint names nodes 0 to 127

/**
 * The machine's nodes and CPUs. Trivially constructible, so that it may lie in
 * zeroed static memory; all-zero means "not read": no node is possible.
 *
 * It is written by read() and make_virtual() only, and may afterwards be read
 * by any number of threads without a lock.
 */
struct map {
    int node_count;                    // possible nodes
    int cpu_count;                     // possible CPUs (how many)
    int cpu_limit;                     // highest possible CPU number + 1
    bool is_virtual;                   // virtual nodes are laid over the machine
    int narrow_count;                  // possible nodes below 128: nodes[0..narrow_count)
    int16_t nodes[max_nodes];          // possible node numbers, ascending
    int16_t index_of_node[max_nodes];  // into nodes; -1: not possible
    int16_t node_of_cpu[max_cpus];     // never negative: a CPU of no known node has the first node
    uint64_t cpu_bits[max_cpus / 64];  // the possible CPUs

    /** Whether a hint may name the node; any value may be asked about. */
    bool possible(int64_t node) const {
        if (node < 0 || node >= max_nodes) {
            return false;
        }
        // Unsigned, so that -1 fails too; in a map that was not read, 0 < 0 fails.
        return static_cast<unsigned>(index_of_node[node]) < static_cast<unsigned>(node_count);
    }

    /** Whether a CPU of that number can ever run. */
    bool cpu_possible(int cpu) const {
        return cpu >= 0 && cpu < max_cpus && ((cpu_bits[cpu / 64] >> (cpu % 64)) & 1) != 0;
    }

    /**
     * The node that an 8-bit hint gets from a thread on `node` (>= 0): the node
     * itself where it is possible and below 128, else nodes[node mod
     * narrow_count]. -1 where no possible node is below 128: then no 8-bit hint
     * can name a node of this machine.
     */
    int narrow(int node) const {
        if (node < narrow_limit && possible(node)) {
            return node;
        }
        if (narrow_count == 0 || node < 0) {
            return -1;
        }
        return nodes[node % narrow_count];
    }

    bool operator==(const map&) const = default;
};

/**
 * Reads sys/devices/system/{node,cpu} below root ("" for the machine).
 *
 * Returns 0, or a negative errno and an all-zero map: -EINVAL for a file that
 * holds no list, no node, no CPU, or a number beyond the limits above. What is
 * not there, or may not be looked at, is no error: without node/possible there
 * is one node, 0, with all CPUs (as on a kernel without NUMA); without
 * cpu/possible the CPUs are 0 to the highest of the calling thread's affinity.
 *
 * Uses about 2 KiB of stack, no heap and no stdio; errno is left alone.
 */
int read(map& out, const char* root);

/**
 * Replaces the nodes of a map that was read by n virtual ones, 0 to n - 1, over
 * which the possible CPUs lie in blocks: the i-th CPU is on node
 * i * n / cpu_count. With more nodes than CPUs, some nodes have no CPU.
 *
 * Returns 0, or -EINVAL, the map unchanged, unless 1 <= n <= max_nodes and the
 * map was read.
 */
int make_virtual(map& m, int n);

}  // namespace futex2::topology
