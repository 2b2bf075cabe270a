// SPDX-License-Identifier: MIT
// What each operation of each engine costs in accesses to memory and in cache lines that
// move between nodes, the kernel's part and the program's apart.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "lab/operation.hpp"
#include "lab/recording.hpp"

namespace futex2::lab {

struct cost {
    operation what;
    bool local;  // the caller is on the words' node, else on another
    std::string engine;
    /** Of each scene in which it was played: what one such operation comes to. */
    std::vector<tally> scenes;
    /** The widest (most - least) / least among the scenes, of the accesses that were counted. */
    double spread;

    /** As tables and JSON have it. */
    std::string name() const;
};

/** Every operation, on one node and on two, of every engine. Throws where one is missing. */
std::vector<cost> costs_of(std::span<const recording> recordings);

/** Each quantity as the mean of the scenes in which a thread of its node takes part. */
tally by_node(const cost& c);

/** The tables of docs/numa.md that have all engines. */
void print_costs(std::span<const cost> costs);

/** How a recording came about. */
struct origin {
    std::string machine, kernel, date;
};

/** docs/bench-schema.md, "Traffic". Throws std::runtime_error where the file cannot be written. */
void write_json(const std::string& file, const origin& o, std::span<const cost> costs);

}  // namespace futex2::lab
