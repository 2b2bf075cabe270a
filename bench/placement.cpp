// SPDX-License-Identifier: MIT
#include "bench/placement.hpp"

#include <fmt/core.h>
#include <futex2/testing.h>
#include <sched.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <system_error>

#include "topology/topology.hpp"

namespace futex2::bench {
namespace {

struct free_set {
    void operator()(cpu_set_t* set) const { CPU_FREE(set); }
};

// As large as any kernel's.
constexpr size_t set_bytes = CPU_ALLOC_SIZE(topology::max_cpus);

std::unique_ptr<cpu_set_t, free_set> set_of(const std::vector<int>& cpus) {
    std::unique_ptr<cpu_set_t, free_set> set(CPU_ALLOC(topology::max_cpus));
    if (!set) throw std::bad_alloc();
    CPU_ZERO_S(set_bytes, set.get());
    for (const int cpu : cpus) CPU_SET_S(static_cast<size_t>(cpu), set_bytes, set.get());
    return set;
}

void run_on(const std::vector<int>& cpus) {
    if (sched_setaffinity(0, set_bytes, set_of(cpus).get()) != 0)
        throw std::system_error(errno, std::generic_category(), "sched_setaffinity");
}

// The machine as the library sees it: with its virtual nodes, if it has them.
const topology::map& machine() {
    static const std::unique_ptr<const topology::map> read = [] {
        auto m = std::make_unique<topology::map>();
        if (const int error = topology::read(*m, ""); error != 0)
            throw std::system_error(-error, std::generic_category(), "reading the topology");
        // The library has refused the variable if the two numbers differ.
        const char* wanted = std::getenv("FUTEX2_NODES");
        if (wanted != nullptr && std::atoi(wanted) == futex2_node_count())
            topology::make_virtual(*m, futex2_node_count());
        return m;
    }();
    return *read;
}

// Those that this process may use; none of a node of the machine that has no such.
std::vector<int> usable_cpus_of(int node) {
    std::vector<int> cpus = allowed_cpus();
    std::erase_if(cpus, [&](int cpu) { return machine().node_of_cpu[cpu] != node; });
    return cpus.empty() && machine().is_virtual ? allowed_cpus() : cpus;
}

std::vector<int> cpus_of(int node) {
    if (!machine().possible(node)) throw std::invalid_argument(fmt::format("no node {}", node));
    if (std::vector<int> cpus = usable_cpus_of(node); !cpus.empty()) return cpus;
    throw std::invalid_argument(fmt::format("node {} has no CPU that this process may use", node));
}

}  // namespace

placement::placement(const std::vector<int>& nodes) : chosen_(!nodes.empty()) {
    if (!chosen_) {
        for (const int cpu : allowed_cpus()) slots_.push_back({cpu, -1});
        return;
    }
    std::vector<std::vector<int>> cpus;
    size_t most = 0;
    for (const int node : nodes) {
        cpus.push_back(cpus_of(node));
        most = std::max(most, cpus.back().size());
    }
    for (size_t i = 0; i < most; ++i)
        for (size_t n = 0; n < nodes.size(); ++n)
            if (i < cpus[n].size())
                slots_.push_back({cpus[n][i], machine().is_virtual ? nodes[n] : -1});
}

placement placement::at(std::vector<slot> slots) {
    placement these;
    these.slots_ = std::move(slots);
    return these;
}

placement placement::in_pairs() const {
    placement pairs = *this;
    pairs.slots_.clear();
    for (const slot& s : slots_) pairs.slots_.insert(pairs.slots_.end(), 2, s);
    return pairs;
}

placement placement::others() const {
    placement rest = *this;
    if (count() > 1) rest.slots_.erase(rest.slots_.begin());
    return rest;
}

void pin(const slot& where) {
    run_on({where.cpu});
    if (where.node >= 0) futex2_testing_pin_node(where.node);
}

pinned_to_first::pinned_to_first(const placement& where) : before_(allowed_cpus()) {
    pin(where.of(0));
}

pinned_to_first::~pinned_to_first() {
    futex2_testing_pin_node(-1);
    // What was allowed before is allowed again, unless a CPU has gone: stay, then.
    static_cast<void>(sched_setaffinity(0, set_bytes, set_of(before_).get()));
}

std::vector<int> allowed_cpus() {
    const auto set = set_of({});
    if (sched_getaffinity(0, set_bytes, set.get()) != 0)
        throw std::system_error(errno, std::generic_category(), "sched_getaffinity");
    std::vector<int> cpus;
    for (int cpu = 0; cpu < topology::max_cpus; ++cpu)
        if (CPU_ISSET_S(static_cast<size_t>(cpu), set_bytes, set.get())) cpus.push_back(cpu);
    return cpus;
}

std::vector<int> nodes_here() {
    const topology::map& m = machine();
    return {m.nodes, m.nodes + m.node_count};
}

std::vector<int> nodes_with_cpus() {
    std::vector<int> nodes = nodes_here();
    std::erase_if(nodes, [](int node) { return usable_cpus_of(node).empty(); });
    return nodes;
}

int node_of(const slot& where) {
    return where.node >= 0 ? where.node : machine().node_of_cpu[where.cpu];
}

bool nodes_are_virtual() {
    return machine().is_virtual;
}

}  // namespace futex2::bench
