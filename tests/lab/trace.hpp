// SPDX-License-Identifier: MIT
// What the recorder has written in the machine, by scene and region.
#pragma once

#include <span>
#include <vector>

#include "lab/record.hpp"
#include "lab/region.hpp"
#include "lab/tally.hpp"

namespace futex2::lab {

/** One pass through a region, of a thread and of those who take part. */
struct visit {
    region where;
    size_t scene;                 // in the order in which they were played
    std::vector<record> program;  // the program's own accesses
    tally sum;
};

/**
 * The visits of all counted rounds. cpu_nodes: the node of each CPU. Throws
 * std::runtime_error where the file is no trace.
 */
std::vector<visit> read_trace(const char* file, std::span<const int> cpu_nodes);

}  // namespace futex2::lab
