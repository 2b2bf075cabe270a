// SPDX-License-Identifier: MIT
// The machine that the lab has booted.
#pragma once

#include <cstddef>
#include <vector>

namespace futex2::lab {

inline constexpr size_t page_bytes = 4096;

struct node {
    std::vector<int> cpus;
    bool has_memory;
};

/**
 * The nodes as the machine was ordered (boot.sh: LAB_CPUS, LAB_MEMORY), not as its
 * kernel tells of them, for that is what the library goes by.
 */
const std::vector<node>& nodes();

int node_count();
int node_of_cpu(int cpu);
int cpu_count();

/** The nodes that have a CPU. */
std::vector<int> nodes_with_cpus();

/** The calling thread runs on this CPU alone when this returns. */
void run_on_cpu(int cpu);
/** On the node's index-th CPU, or the last that it has. */
void run_on_node(int node, int index = 0);

/** Where the page of the address lies, or a negative errno: -ENOENT where there is none. */
int node_of_page(const void* address);

/** A page of memory on the node: its page is there when this returns. Stays mapped. */
void* page_on_node(int node);

}  // namespace futex2::lab
