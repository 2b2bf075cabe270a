// SPDX-License-Identifier: MIT
#include "info_facts.hpp"

#include <futex2/futex2.h>
#include <futex2/testing.h>
#include <sched.h>

#include <fstream>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <utility>

#include "abi/instance.hpp"
#include "cost.hpp"
#include "topology/list.hpp"
#include "topology/topology.hpp"

namespace futex2::command {
namespace {

std::vector<int> cpus_of(const topology::map& map, int node) {
    std::vector<int> cpus;
    for (int cpu = 0; cpu < map.cpu_limit; ++cpu) {
        if (map.cpu_possible(cpu) && map.node_of_cpu[cpu] == node) cpus.push_back(cpu);
    }
    return cpus;
}

std::vector<int> all_cpus(const topology::map& map) {
    std::vector<int> cpus;
    for (int cpu = 0; cpu < map.cpu_limit; ++cpu) {
        if (map.cpu_possible(cpu)) cpus.push_back(cpu);
    }
    return cpus;
}

const std::string node_directory = "/sys/devices/system/node/";

std::vector<int> online_nodes() {
    std::ifstream file(node_directory + "online");
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    topology::number_set<topology::max_nodes> set{};
    topology::list_parser parser(set.words, topology::max_nodes);
    std::vector<int> nodes;
    if (!parser.feed(text.data(), text.size()) || !parser.finish()) return nodes;
    for (int node = 0; node < topology::max_nodes; ++node) {
        if (((set.words[node / 64] >> (node % 64)) & 1) != 0) nodes.push_back(node);
    }
    return nodes;
}

// The file's columns are the nodes that are online, ascending.
std::map<int, int> distances_from(int node, const std::vector<int>& online) {
    std::ifstream file(node_directory + "node" + std::to_string(node) + "/distance");
    std::map<int, int> distances;
    int distance = 0;
    for (size_t column = 0; column < online.size() && file >> distance; ++column)
        distances[online[column]] = distance;
    return distances;
}

// A wait that queues and whose deadline has passed: it uses the node's table.
void wait_once_on(int node) {
    futex32_numa word{0, node};
    const timespec passed{0, 0};
    futex2_wait(&word, 0, UINT32_MAX, FUTEX2_SIZE_U32 | FUTEX2_NUMA | FUTEX2_PRIVATE, &passed,
                CLOCK_MONOTONIC);
}

table_facts describe_table(int index) {
    futex2_testing_table table{};
    if (futex2_testing_table_of(index, &table) != 0)
        throw std::runtime_error("the library cannot describe its tables");
    wait_once_on(table.node);
    return {table.buckets, table.bytes, table.address, places_of(table.address, table.bytes)};
}

void gather_nodes(facts& found, const topology::map& map) {
    found.cpus = all_cpus(map);
    found.virtual_nodes = map.is_virtual;
    const auto machine = std::make_unique<topology::map>();
    if (topology::read(*machine, "") == 0) found.machine_nodes = machine->node_count;
    const std::vector<int> online = online_nodes();
    for (int index = 0; index < map.node_count; ++index) {
        node_facts node;
        node.node = map.nodes[index];
        node.cpus = cpus_of(map, node.node);
        if (!map.is_virtual) node.distances = distances_from(node.node, online);
        node.table = describe_table(index);
        found.nodes.push_back(std::move(node));
    }
}

current_node_facts measure_current_node() {
    current_node_facts found;
    found.node = futex2_current_node();
    found.source = futex2_testing_node_source();
    found.ns = cost_of([] { return futex2_current_node(); });
    found.getcpu_ns = cost_of([] {
        unsigned node = 0;
        return getcpu(nullptr, &node) == 0 ? static_cast<int>(node) : -1;
    });
    return found;
}

limit_facts ask_limits() {
    limit_facts found;
    found.words_per_wait = FUTEX_WAITV_MAX;
    for (const size_t bytes : {sizeof(futex8_numa::value), sizeof(futex16_numa::value),
                               sizeof(futex32_numa::value), sizeof(futex64_numa::value)})
        found.sizes.push_back(static_cast<int>(8 * bytes));
    found.bytes_per_thread = futex2_testing_thread_bytes();
    found.stack_bytes_per_word = static_cast<int>(sizeof(engine::entry<platform::native>));
    found.spin_rounds = futex2_testing_set_spin(0);
    futex2_testing_set_spin(found.spin_rounds);
    return found;
}

}  // namespace

facts gather() {
    const abi::native_process* process = abi::instance();
    if (process == nullptr) throw std::runtime_error("the library has no memory for its tables");
    facts found;
    found.version = futex2_version();
    found.kernel = kernel::probe();
    found.current_node = measure_current_node();
    gather_nodes(found, process->nodes);
    found.limits = ask_limits();
    return found;
}

}  // namespace futex2::command
