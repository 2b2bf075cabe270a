// SPDX-License-Identifier: MIT
// What threads that want one lock again and again (locks.cpp) come to.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "lab/layout.hpp"
#include "lab/record.hpp"

namespace futex2::lab {

/** Of one lock. */
struct contest {
    int acquisitions = 0;
    int contended = 0;    // wanted while another thread had it
    int by_same = 0;      // had last by the same thread
    int from_node = 0;    // had last by another thread of the node
    int64_t waiting = 0;  // sum: threads that wanted it, when it was taken
    int64_t system_calls = 0;
    int64_t kernel_transfers = 0;
    std::map<std::string, int64_t> transfers;  // the program's, by what was transferred
    /** Of acquisitions of one node in a row, while a thread of another node waited. */
    int longest_run = 0;

    int64_t program_transfers() const;
};

/** Follows one lock through the trace. */
class contest_counter {
  public:
    /** The first acquisitions, in which lines are touched for the first time, do not count. */
    static constexpr int uncounted = 400;

    /** cpu_nodes: the node of each CPU. */
    contest_counter(std::span<const int> cpu_nodes, const scene& s)
        : cpu_nodes_(cpu_nodes), scene_(s), waits_since_(cpu_nodes.size(), nobody) {}

    void add(const record& r);
    const contest& sum() const { return sum_; }

  private:
    static constexpr int nobody = -1;

    void wanted_by(uint8_t cpu);
    void taken_by(uint8_t cpu);
    void look_for_a_run(int node);

    const std::span<const int> cpu_nodes_;
    const scene& scene_;
    std::vector<int> waits_since_;  // by CPU: which acquisition was to come; or nobody
    int taken_ = 0;                 // how often
    int run_begin_ = 0;             // the first of this run
    int last_ = nobody;             // the CPU that has had it last
    bool held_ = false;
    contest sum_;
};

/** One for each scene. Throws std::runtime_error where the file is no trace of them. */
std::vector<contest> read_contests(const char* file, std::span<const int> cpu_nodes,
                                   std::span<const scene> scenes);

}  // namespace futex2::lab
