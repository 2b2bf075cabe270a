// SPDX-License-Identifier: MIT
// Which nodes have a copy of each cache line: a directory of the protocol MESI, with one
// cache for each node, as large as the memory.
#pragma once

#include <bit>
#include <cstdint>
#include <vector>

namespace futex2::lab {

/** What an access needs of other nodes. */
struct transfer {
    /** The node that the line comes from, if it comes from another node; else -1. */
    int from = -1;
    /** Whether the line is here, and the copies that other nodes have are invalidated. */
    bool invalidates = false;

    bool operator==(const transfer&) const = default;
};

class directory {
  public:
    static constexpr int most_nodes = 7;

    /** No node has any of the lines. */
    explicit directory(uint64_t lines) : states_(lines) {}

    /** A node, below most_nodes, reads a line of home's memory. */
    transfer read(uint64_t line, int home, int node) {
        uint8_t& state = states_[line];
        const transfer t = fetch(state, home, node);
        if ((state & bit(node)) == 0)  // whoever had modified it has written it back
            state = static_cast<uint8_t>((state & ~modified) | bit(node));
        return t;
    }

    /** As read(), and the node's copy is the only one afterwards. */
    transfer write(uint64_t line, int home, int node) {
        uint8_t& state = states_[line];
        transfer t = fetch(state, home, node);
        t.invalidates = (state & bit(node)) != 0 && (state & copies & ~bit(node)) != 0;
        state = static_cast<uint8_t>(modified | bit(node));
        return t;
    }

  private:
    static constexpr uint8_t modified = 1 << most_nodes;
    static constexpr uint8_t copies = modified - 1;
    static constexpr uint8_t bit(int node) { return static_cast<uint8_t>(1 << node); }

    // Memory has what no node has modified.
    static transfer fetch(uint8_t state, int home, int node) {
        if ((state & bit(node)) != 0) return {};
        const int source = (state & modified) != 0
                               ? std::countr_zero(static_cast<unsigned>(state & copies))
                               : home;
        return {.from = source == node ? -1 : source};
    }

    std::vector<uint8_t> states_;  // a bit for each node that has a copy, and `modified`
};

}  // namespace futex2::lab
