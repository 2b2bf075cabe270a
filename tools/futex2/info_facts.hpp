// SPDX-License-Identifier: MIT
// What `futex2 info` shows, gathered before anything is printed.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "kernel/probe.hpp"
#include "pages.hpp"

namespace futex2::command {

struct table_facts {
    unsigned buckets = 0;
    uint64_t bytes = 0;
    const void* address = nullptr;
    page_places pages;
};

struct node_facts {
    int node = 0;
    std::vector<int> cpus;         // possible CPUs, ascending
    std::map<int, int> distances;  // to the nodes that are online; empty for a virtual node
    table_facts table;
};

// Nanoseconds a call, the median of several runs.
struct current_node_facts {
    int node = 0;
    std::string source;
    double ns = 0;
    double getcpu_ns = 0;
};

struct limit_facts {
    int words_per_wait = 0;
    std::vector<int> sizes;  // bits
    int bytes_per_word = 0;  // of library memory, for a word that nobody waits on
    int bytes_per_thread = 0;
    int stack_bytes_per_word = 0;  // of a wait, while it lasts
    int spin_rounds = 0;
};

struct facts {
    std::string version;
    std::vector<int> cpus;
    bool virtual_nodes = false;
    int machine_nodes = 0;  // possible nodes of the machine
    std::vector<node_facts> nodes;
    current_node_facts current_node;
    kernel::offer kernel;
    limit_facts limits;
};

/**
 * Asks the library, the machine and the kernel. Waits once on each node, with a
 * deadline that has passed, so that each table has a page that can be asked
 * about. Throws std::runtime_error where the library has no memory.
 */
facts gather();

}  // namespace futex2::command
