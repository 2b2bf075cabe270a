// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cstdio>

#include "lab/costs.hpp"

namespace futex2::lab {
namespace {

bool anywhere(int, int) {
    return true;
}

double sum(const tally& t, measure what, bool kernel) {
    return total(t, what, kernel, anywhere);
}

// Accesses or lines of the nodes on which the threads are, or of the others.
double own(const tally& t, measure what, bool kernel) {
    return total(t, what, kernel, [](int node, int other) { return node == other; });
}
double foreign(const tally& t, measure what, bool kernel) {
    return total(t, what, kernel, [](int node, int other) { return node != other; });
}

void print_row(const cost& c) {
    const tally t = mean_of(c.scenes);
    std::printf("| %s | %s | %.1f", c.name().c_str(), c.engine.c_str(),
                sum(t, measure::system_calls, false));
    for (const bool kernel : {false, true})
        std::printf(" | %.0f | %.0f | %.0f", own(t, measure::accesses, kernel),
                    foreign(t, measure::accesses, kernel), sum(t, measure::lines, kernel));
    for (const measure what : {measure::transfers, measure::invalidations})
        std::printf(" | %.1f | %.1f", sum(t, what, false), sum(t, what, true));
    std::printf(" | %.0f %% |\n", 100 * c.spread);
}

// Of both modes, from a node to the memory of each.
void print_nodes(const cost& c, int nodes) {
    const tally t = by_node(c);
    for (int node = 0; node < nodes; ++node) {
        std::printf("| %s | %s | %d", c.name().c_str(), c.engine.c_str(), node);
        for (int other = 0; other < nodes; ++other) {
            const auto match = [=](int from, int to) { return from == node && to == other; };
            std::printf(" | %.1f", total(t, measure::accesses, false, match) +
                                       total(t, measure::accesses, true, match));
        }
        std::puts(" |");
    }
}

int nodes_of(std::span<const cost> costs) {
    int most = 0;
    for (const cost& c : costs)
        for (const tally& t : c.scenes)
            for (const auto& [q, value] : t) most = std::max(most, q.node);
    return most + 1;
}

}  // namespace

void print_costs(std::span<const cost> costs) {
    std::puts(
        "| operation | engine | system calls | user mode: own node | other nodes | lines "
        "| kernel mode: own node | other nodes | lines | transfers: user mode | kernel mode "
        "| invalidations: user mode | kernel mode | spread |");
    std::puts("|---|---|---|---|---|---|---|---|---|---|---|---|---|---|");
    for (const cost& c : costs) print_row(c);
    const int nodes = nodes_of(costs);
    std::printf("\n| operation | engine | thread on node");
    for (int node = 0; node < nodes; ++node) std::printf(" | memory of node %d", node);
    std::printf(" |\n|---|---|---");
    for (int node = 0; node < nodes; ++node) std::printf("|---");
    std::puts("|");
    for (const cost& c : costs)
        if (c.local && (c.what.where == region::wake_nobody || c.what.where == region::round_trip))
            print_nodes(c, nodes);
}

}  // namespace futex2::lab
