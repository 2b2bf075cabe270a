// SPDX-License-Identifier: MIT
// What the recorder (a plugin of QEMU's) writes, one after another, and the count reads.
#pragma once

#include <cstdint>

namespace futex2::lab {

/** One thing that a CPU did. Nodes are numbered as ordered; -1 is none. */
struct record {
    enum class type : uint8_t {
        mark,         // it enters a region (address: its number), or leaves one (0)
        load,         // in a region; in a sparse one (region.hpp) of what needs another node
        store,        // the same; a read-modify-write too
        system_call,  // in a region: the program makes one
    };

    uint64_t address;      // virtual, of what was accessed
    uint64_t instruction;  // where it is that did so
    type what;
    uint8_t cpu;
    int8_t memory_node;  // the memory's; -1 is a device
    int8_t from;         // from where a line came to the CPU's node, if from another one
    bool invalidated;    // other nodes' copies of a line that the CPU's node had already
    bool kernel;         // it is the kernel's access
    uint8_t unused[2];   // 0
};

inline constexpr int no_node = -1;

inline constexpr uint64_t line_bytes = 64;

}  // namespace futex2::lab
