// SPDX-License-Identifier: MIT
// The topology, read from made-up sysfs trees in a directory of its own.
#include "topology/topology.hpp"

#include <gtest/gtest.h>
#include <limits.h>
#include <sched.h>

#include <cerrno>
#include <memory>
#include <string>
#include <vector>

#include "topology/fake_machine.hpp"

namespace futex2::topology {
namespace {

std::vector<int> nodes_of(const map& m) {
    return {m.nodes, m.nodes + m.node_count};
}

std::vector<int> nodes_of_cpus(const map& m) {
    return {m.node_of_cpu, m.node_of_cpu + m.cpu_limit};
}

// What holds for every map that was read, and for every virtual one.
void expect_consistent(const map& m) {
    ASSERT_GE(m.node_count, 1);
    ASSERT_GE(m.cpu_count, 1);
    ASSERT_GE(m.cpu_limit, m.cpu_count);
    int possible = 0;
    for (int node = 0; node < max_nodes; ++node) {
        const int index = m.index_of_node[node];
        ASSERT_EQ(m.possible(node), index >= 0) << node;
        if (index >= 0) {
            ASSERT_EQ(m.nodes[index], node);
            ASSERT_EQ(index, possible) << "not ascending";
            ++possible;
        }
    }
    EXPECT_EQ(possible, m.node_count);
    int cpus = 0;
    for (int cpu = 0; cpu < max_cpus; ++cpu) {
        ASSERT_TRUE(m.possible(m.node_of_cpu[cpu])) << cpu;
        cpus += m.cpu_possible(cpu) ? 1 : 0;
        ASSERT_FALSE(m.cpu_possible(cpu) && cpu >= m.cpu_limit) << cpu;
    }
    EXPECT_EQ(cpus, m.cpu_count);
    EXPECT_TRUE(m.cpu_possible(m.cpu_limit - 1));
}

TEST(topology_read, one_node) {
    fake_machine machine;
    machine.cpus("0-3\n").nodes("0\n").node(0, "0-3\n");
    const reading m(machine);
    ASSERT_EQ(m.result, 0);
    expect_consistent(*m.m);
    EXPECT_EQ(nodes_of(*m.m), numbers({0}));
    EXPECT_EQ(nodes_of_cpus(*m.m), numbers({0, 0, 0, 0}));
    EXPECT_EQ(m->cpu_count, 4);
    EXPECT_EQ(m->narrow_count, 1);
    EXPECT_FALSE(m->is_virtual);
}

TEST(topology_read, four_nodes_with_interleaved_cpus) {
    fake_machine machine;
    machine.cpus("0-7\n").nodes("0-3\n");
    machine.node(0, "0,4\n").node(1, "1,5\n").node(2, "2,6\n").node(3, "3,7\n");
    const reading m(machine);
    ASSERT_EQ(m.result, 0);
    expect_consistent(*m.m);
    EXPECT_EQ(nodes_of(*m.m), numbers({0, 1, 2, 3}));
    EXPECT_EQ(nodes_of_cpus(*m.m), numbers({0, 1, 2, 3, 0, 1, 2, 3}));
}

TEST(topology_read, sparse_nodes) {
    fake_machine machine;
    machine.cpus("0-3\n").nodes("0,2\n").node(0, "0-1\n").node(2, "2-3\n");
    const reading m(machine);
    ASSERT_EQ(m.result, 0);
    expect_consistent(*m.m);
    EXPECT_EQ(nodes_of(*m.m), numbers({0, 2}));
    EXPECT_EQ(m->index_of_node[0], 0);
    EXPECT_EQ(m->index_of_node[1], -1);
    EXPECT_EQ(m->index_of_node[2], 1);
    EXPECT_EQ(nodes_of_cpus(*m.m), numbers({0, 0, 2, 2}));
    EXPECT_TRUE(m->possible(2));
    EXPECT_FALSE(m->possible(1));
}

TEST(topology_read, node_without_cpus) {
    fake_machine machine;
    machine.cpus("0-1\n").nodes("0-1\n").node(0, "0-1\n").node(1, "\n");
    const reading m(machine);
    ASSERT_EQ(m.result, 0);
    expect_consistent(*m.m);
    EXPECT_EQ(nodes_of(*m.m), numbers({0, 1}));
    EXPECT_EQ(nodes_of_cpus(*m.m), numbers({0, 0}));
}

TEST(topology_read, possible_nodes_and_cpus_that_are_not_online) {
    fake_machine machine;
    machine.cpus("0-7\n").nodes("1-4\n").node(1, "0-1\n").node(3, "4\n");
    machine.file("cpu/online", "0-1,4\n").file("node/online", "1,3\n");
    const reading m(machine);
    ASSERT_EQ(m.result, 0);
    expect_consistent(*m.m);
    EXPECT_EQ(nodes_of(*m.m), numbers({1, 2, 3, 4}));
    EXPECT_EQ(m->cpu_count, 8);
    // Those of no node yet have the first, which is not 0 here.
    EXPECT_EQ(nodes_of_cpus(*m.m), numbers({1, 1, 1, 1, 3, 1, 1, 1}));
    EXPECT_EQ(m->node_of_cpu[max_cpus - 1], 1);
}

TEST(topology_read, sparse_cpus) {
    fake_machine machine;
    machine.cpus("0,2,6-7\n").nodes("0-1\n").node(0, "0,2\n").node(1, "6-7\n");
    const reading m(machine);
    ASSERT_EQ(m.result, 0);
    expect_consistent(*m.m);
    EXPECT_EQ(m->cpu_count, 4);
    EXPECT_EQ(m->cpu_limit, 8);
    EXPECT_TRUE(m->cpu_possible(6));
    EXPECT_FALSE(m->cpu_possible(1));
    EXPECT_FALSE(m->cpu_possible(-1));
    EXPECT_FALSE(m->cpu_possible(max_cpus));
}

TEST(topology_read, nodes_above_127) {
    fake_machine machine;
    machine.cpus("0-3\n").nodes("0,127-128,1023\n");
    machine.node(127, "1\n").node(128, "2\n").node(1023, "3\n").node(0, "0\n");
    const reading m(machine);
    ASSERT_EQ(m.result, 0);
    expect_consistent(*m.m);
    EXPECT_EQ(nodes_of(*m.m), numbers({0, 127, 128, 1023}));
    EXPECT_EQ(nodes_of_cpus(*m.m), numbers({0, 127, 128, 1023}));
    EXPECT_EQ(m->narrow_count, 2);
}

TEST(topology_read, the_largest_machine) {
    fake_machine machine;
    machine.cpus("0-8191\n").nodes("0-1023\n");
    for (int node = 0; node < max_nodes; ++node) {
        // Interleaved, so that the lists are long: 8 CPUs, 1024 apart.
        std::string list;
        for (int cpu = node; cpu < max_cpus; cpu += max_nodes) {
            list += (list.empty() ? "" : ",") + std::to_string(cpu);
        }
        machine.node(node, list + "\n");
    }
    const reading m(machine);
    ASSERT_EQ(m.result, 0);
    expect_consistent(*m.m);
    EXPECT_EQ(m->node_count, max_nodes);
    EXPECT_EQ(m->cpu_limit, max_cpus);
    EXPECT_EQ(m->narrow_count, narrow_limit);
    for (int cpu = 0; cpu < max_cpus; ++cpu) {
        ASSERT_EQ(m->node_of_cpu[cpu], cpu % max_nodes);
    }
}

TEST(topology_read, the_longest_list) {
    fake_machine machine;
    std::string list = "0";
    for (int cpu = 2; cpu < max_cpus; cpu += 2) {
        list += "," + std::to_string(cpu);
    }
    machine.cpus(list + "\n").nodes("0\n").node(0, list + "\n");
    const reading m(machine);
    ASSERT_EQ(m.result, 0);
    EXPECT_EQ(m->cpu_count, max_cpus / 2);
    EXPECT_EQ(m->cpu_limit, max_cpus - 1);
}

TEST(topology_read, no_node_directory) {
    fake_machine machine;
    machine.cpus("0-2\n");
    const reading m(machine);
    ASSERT_EQ(m.result, 0);
    expect_consistent(*m.m);
    EXPECT_EQ(nodes_of(*m.m), numbers({0}));
    EXPECT_EQ(nodes_of_cpus(*m.m), numbers({0, 0, 0}));
}

TEST(topology_read, without_any_sysfs_the_affinity_tells_the_cpus) {
    fake_machine machine;
    cpu_set_t allowed;
    ASSERT_EQ(sched_getaffinity(0, sizeof allowed, &allowed), 0);
    int highest = 0;
    for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
        highest = CPU_ISSET(static_cast<size_t>(cpu), &allowed) ? cpu : highest;
    }
    const reading m(machine);
    ASSERT_EQ(m.result, 0);
    expect_consistent(*m.m);
    EXPECT_EQ(m->cpu_limit, highest + 1);
    EXPECT_EQ(m->cpu_count, highest + 1);
    EXPECT_EQ(nodes_of(*m.m), numbers({0}));
}

TEST(topology_read, no_root) {
    const reading m("/nonexistent/root");
    EXPECT_EQ(m.result, -ENOENT);
    EXPECT_TRUE(all_zero(*m.m));
}

TEST(topology_read, the_machine_itself) {
    const reading m("");
    ASSERT_EQ(m.result, 0);
    expect_consistent(*m.m);
    // The CPU this thread runs on is one of the possible ones.
    EXPECT_TRUE(m->cpu_possible(sched_getcpu()));
    // A second reading gives the same.
    const reading again("");
    EXPECT_TRUE(*m.m == *again.m);
}

TEST(topology_read, errno_is_left_alone) {
    fake_machine machine;  // empty: every open fails
    errno = EXDEV;
    const reading m(machine);
    EXPECT_EQ(errno, EXDEV);
    const reading none("/nonexistent/root");
    EXPECT_EQ(errno, EXDEV);
}

// Virtual nodes.

map& virtual_over(map& m, int cpus, int n) {
    fake_machine machine;
    machine.cpus("0-" + std::to_string(cpus - 1) + "\n").nodes("0,2\n");
    EXPECT_EQ(read(m, machine.root().c_str()), 0);
    EXPECT_EQ(make_virtual(m, n), 0);
    return m;
}

TEST(topology_virtual, one_to_five_nodes_over_two_and_eight_cpus) {
    struct row {
        int cpus, nodes;
        numbers node_of_cpu;
    };
    const row rows[] = {
        {2, 1, {0, 0}},
        {2, 2, {0, 1}},
        {2, 3, {0, 1}},
        {2, 4, {0, 2}},
        {2, 5, {0, 2}},
        {8, 1, {0, 0, 0, 0, 0, 0, 0, 0}},
        {8, 2, {0, 0, 0, 0, 1, 1, 1, 1}},
        {8, 3, {0, 0, 0, 1, 1, 1, 2, 2}},
        {8, 4, {0, 0, 1, 1, 2, 2, 3, 3}},
        {8, 5, {0, 0, 1, 1, 2, 3, 3, 4}},
    };
    auto m = std::make_unique<map>();
    for (const row& r : rows) {
        virtual_over(*m, r.cpus, r.nodes);
        expect_consistent(*m);
        EXPECT_TRUE(m->is_virtual);
        EXPECT_EQ(m->node_count, r.nodes);
        EXPECT_EQ(m->narrow_count, r.nodes);
        EXPECT_EQ(m->cpu_count, r.cpus);
        EXPECT_EQ(nodes_of_cpus(*m), r.node_of_cpu) << r.cpus << " CPUs, " << r.nodes << " nodes";
    }
}

TEST(topology_virtual, as_many_nodes_as_there_can_be) {
    auto m = std::make_unique<map>();
    virtual_over(*m, 2, max_nodes);
    expect_consistent(*m);
    EXPECT_EQ(m->node_count, max_nodes);
    EXPECT_EQ(m->narrow_count, narrow_limit);
    EXPECT_EQ(nodes_of_cpus(*m), numbers({0, 512}));
    virtual_over(*m, max_cpus, max_nodes);
    expect_consistent(*m);
    EXPECT_EQ(m->node_of_cpu[max_cpus - 1], max_nodes - 1);
}

TEST(topology_virtual, cpus_are_counted_not_their_numbers) {
    fake_machine machine;
    machine.cpus("1,5,100,8191\n");
    reading m(machine);
    ASSERT_EQ(make_virtual(*m.m, 4), 0);
    expect_consistent(*m.m);
    EXPECT_EQ(m->node_of_cpu[1], 0);
    EXPECT_EQ(m->node_of_cpu[5], 1);
    EXPECT_EQ(m->node_of_cpu[100], 2);
    EXPECT_EQ(m->node_of_cpu[8191], 3);
    EXPECT_EQ(m->node_of_cpu[50], 0) << "not a CPU: the first node";
}

TEST(topology_virtual, can_be_laid_again) {
    auto m = std::make_unique<map>();
    virtual_over(*m, 8, 5);
    ASSERT_EQ(make_virtual(*m, 2), 0);
    expect_consistent(*m);
    EXPECT_EQ(nodes_of_cpus(*m), numbers({0, 0, 0, 0, 1, 1, 1, 1}));
}

TEST(topology_virtual, numbers_that_are_refused_change_nothing) {
    fake_machine machine;
    machine.cpus("0-3\n").nodes("0,2\n").node(2, "1-3\n");
    reading m(machine);
    const auto before = std::make_unique<map>(*m.m);
    for (int n : {0, -1, max_nodes + 1, INT_MIN, INT_MAX}) {
        EXPECT_EQ(make_virtual(*m.m, n), -EINVAL) << n;
    }
    EXPECT_TRUE(*before == *m.m);
}

TEST(topology_virtual, nothing_can_be_laid_over_a_map_that_was_not_read) {
    auto m = std::make_unique<map>();
    EXPECT_EQ(make_virtual(*m, 1), -EINVAL);
    EXPECT_TRUE(all_zero(*m));
}

// What a hint may be.

TEST(topology_possible, any_number_may_be_asked_about) {
    fake_machine machine;
    machine.cpus("0\n").nodes("0,2,1023\n");
    const reading m(machine);
    for (int64_t node : {0, 2, 1023}) {
        EXPECT_TRUE(m->possible(node)) << node;
    }
    for (int64_t node : {int64_t{1}, int64_t{-1}, int64_t{1024}, INT64_MIN, INT64_MAX,
                         int64_t{1} << 32, (int64_t{1} << 32) + 2, int64_t{INT_MIN}}) {
        EXPECT_FALSE(m->possible(node)) << node;
    }
}

TEST(topology_possible, nothing_is_in_a_map_that_was_not_read) {
    const auto m = std::make_unique<map>();
    EXPECT_FALSE(m->possible(0));
    EXPECT_EQ(m->narrow(0), -1);
    EXPECT_FALSE(m->cpu_possible(0));
}

TEST(topology_narrow, a_possible_node_below_128_stands_for_itself) {
    fake_machine machine;
    machine.cpus("0\n").nodes("3,5,127-130,600\n");
    const reading m(machine);
    ASSERT_EQ(m.result, 0);
    ASSERT_EQ(m->narrow_count, 3);
    EXPECT_EQ(m->narrow(3), 3);
    EXPECT_EQ(m->narrow(5), 5);
    EXPECT_EQ(m->narrow(127), 127);
    // P = {3, 5, 127}: node n gets P[n mod 3].
    EXPECT_EQ(m->narrow(128), 127);
    EXPECT_EQ(m->narrow(129), 3);
    EXPECT_EQ(m->narrow(130), 5);
    EXPECT_EQ(m->narrow(600), 3);
    // Not possible, so no thread is there; the rule answers all the same.
    EXPECT_EQ(m->narrow(4), 5);
    EXPECT_EQ(m->narrow(-1), -1);
}

TEST(topology_narrow, no_node_below_128) {
    fake_machine machine;
    machine.cpus("0\n").nodes("128,200\n").node(128, "0\n");
    const reading m(machine);
    ASSERT_EQ(m.result, 0);
    expect_consistent(*m.m);
    EXPECT_EQ(m->narrow_count, 0);
    EXPECT_EQ(m->narrow(128), -1);
    EXPECT_EQ(m->narrow(200), -1);
    EXPECT_EQ(m->node_of_cpu[0], 128);
}

}  // namespace
}  // namespace futex2::topology
