// SPDX-License-Identifier: MIT
// Where threads run.
#pragma once

#include <cstddef>
#include <vector>

namespace futex2::bench {

/** A CPU, and the node that a thread there pretends to be on; -1: the CPU's own. */
struct slot {
    int cpu = 0;
    int node = -1;
};

/** Slots for threads to be laid over, round-robin; never empty. */
class placement {
  public:
    /**
     * The CPUs that this process may use, in order; with `nodes` those of these
     * nodes, a CPU of each node in turn. A virtual node without a CPU has all of
     * them. Throws std::invalid_argument for a node that is not there, or that
     * has no CPU for this process.
     */
    explicit placement(const std::vector<int>& nodes);

    /** These slots, in this order. */
    static placement at(std::vector<slot> slots);

    const slot& of(int thread) const { return slots_[static_cast<size_t>(thread) % slots_.size()]; }
    int count() const { return static_cast<int>(slots_.size()); }

    /** All slots but the first, which a waking thread has; where there is one, that one. */
    placement others() const;

    /** Each slot twice: threads 2n and 2n + 1 share one. */
    placement in_pairs() const;

    /** Whether nodes were chosen: then all threads stay on them, the waking ones too. */
    bool chosen() const { return chosen_; }

  private:
    placement() = default;

    std::vector<slot> slots_;
    bool chosen_ = true;
};

/** Binds the calling thread to the CPU and the node. */
void pin(const slot& where);

/** While it lives, the calling thread runs on the placement's first CPU. */
class pinned_to_first {
  public:
    explicit pinned_to_first(const placement& where);
    ~pinned_to_first();
    pinned_to_first(const pinned_to_first&) = delete;
    pinned_to_first& operator=(const pinned_to_first&) = delete;

  private:
    std::vector<int> before_;
};

/** The CPUs that the calling thread may run on. */
std::vector<int> allowed_cpus();

/** The nodes that hints can name, in order. */
std::vector<int> nodes_here();

/** Those of them whose CPUs threads of this process can run on; never empty. */
std::vector<int> nodes_with_cpus();

/** The node that a thread there is on. */
int node_of(const slot& where);

/** Whether FUTEX2_NODES laid virtual nodes over the CPUs. */
bool nodes_are_virtual();

}  // namespace futex2::bench
