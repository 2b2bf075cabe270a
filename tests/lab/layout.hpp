// SPDX-License-Identifier: MIT
// What the program of the counted calls (calls.cpp) has printed in the machine.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace futex2::lab {

struct range {
    std::string kind;
    uint64_t begin;
    uint64_t end;
};

/** One engine, one pair of nodes. */
struct scene {
    std::string engine;
    int word_node = -1;
    int caller_node = -1;
    std::vector<range> ranges;

    bool local() const { return word_node == caller_node; }
    /** Of whose memory the address is; "thread", of a stack or thread-local, if in no range. */
    std::string kind_of(uint64_t address) const;
    /** For people. */
    std::string name() const;
};

struct layout {
    std::string kernel;  // its release
    std::vector<scene> scenes;
};

/** Throws std::runtime_error where it is not one. */
layout read_layout(const char* file);

}  // namespace futex2::lab
