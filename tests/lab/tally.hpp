// SPDX-License-Identifier: MIT
// What an operation's accesses to memory come to, by mode and by node.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <tuple>
#include <vector>

#include "lab/record.hpp"

namespace futex2::lab {

enum class measure : uint8_t {
    accesses,       // from node to memory of node `other`
    lines,          // different ones, of the same
    transfers,      // of lines that came to node from node `other`
    invalidations,  // of other nodes' copies of lines that node had
    system_calls,   // on node
};

/** One number: of which mode, and of which nodes. */
struct quantity {
    measure what;
    bool kernel;
    int node;             // where the thread ran
    int other = no_node;  // see measure

    auto operator<=>(const quantity&) const = default;
};

/** What is not in it is 0. */
using tally = std::map<quantity, double>;

/** Adds up records; a mark is not one of them. */
class counter {
  public:
    /** cpu_nodes: the node of each CPU. */
    explicit counter(std::span<const int> cpu_nodes) : cpu_nodes_(cpu_nodes) {}

    void add(const record& r);
    const tally& sum() const { return sum_; }

  private:
    std::span<const int> cpu_nodes_;
    tally sum_;
    std::set<std::tuple<bool, int, uint64_t>> lines_;  // mode, node, line
};

/** All that matches: what and mode, and a condition on (node, other). */
template <class Condition>
double total(const tally& t, measure what, bool kernel, Condition condition) {
    double sum = 0;
    for (const auto& [q, value] : t)
        if (q.what == what && q.kernel == kernel && condition(q.node, q.other)) sum += value;
    return sum;
}

double accesses_of(const tally& t);

/** The mean of each quantity. */
tally mean_of(std::span<const tally> tallies);

/**
 * The mean of the half whose numbers of accesses lie closest together (the shorth): without
 * those to which an interrupt has added, and those in which a thread did not come to sleep.
 */
struct closest_half {
    tally mean;
    double least, most;  // accesses of those that are in the mean
};
/** Of one tally or more. */
closest_half closest_half_of(std::vector<tally> tallies);

}  // namespace futex2::lab
