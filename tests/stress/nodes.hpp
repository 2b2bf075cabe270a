// SPDX-License-Identifier: MIT
#pragma once

#include <futex2/testing.h>

#include <vector>

#include "stress/report.hpp"

namespace futex2::stress {

inline std::vector<futex2_testing_table> all_tables() {
    std::vector<futex2_testing_table> tables(static_cast<size_t>(futex2_node_count()));
    for (size_t i = 0; i < tables.size(); ++i)
        if (futex2_testing_table_of(static_cast<int>(i), &tables[i]) != 0)
            fail("node {} has no table", i);
    return tables;
}

/** The numbers that hints have for the machine's nodes. */
inline std::vector<int> all_nodes() {
    std::vector<int> nodes;
    for (const futex2_testing_table& table : all_tables()) nodes.push_back(table.node);
    return nodes;
}

/** The calling thread acts as if it ran on the node; -1: as where it runs. */
inline void act_on(int node) {
    if (futex2_testing_pin_node(node) != 0) fail("there is no node {}", node);
}

}  // namespace futex2::stress
