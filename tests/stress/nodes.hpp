// SPDX-License-Identifier: MIT
#pragma once

#include <futex2/testing.h>

#include <vector>

#include "stress/report.hpp"

namespace futex2::stress {

/** The numbers that hints have for the machine's nodes. */
inline std::vector<int> all_nodes() {
    std::vector<int> nodes;
    for (int i = 0; i < futex2_node_count(); ++i) {
        futex2_testing_table table;
        if (futex2_testing_table_of(i, &table) != 0) fail("node {} has no table", i);
        nodes.push_back(table.node);
    }
    return nodes;
}

/** The calling thread acts as if it ran on the node; -1: as where it runs. */
inline void act_on(int node) {
    if (futex2_testing_pin_node(node) != 0) fail("there is no node {}", node);
}

}  // namespace futex2::stress
