// SPDX-License-Identifier: MIT
// Files that hold no list: each is refused whole, wherever it stands.
#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <string>

#include "topology/fake_machine.hpp"
#include "topology/list.hpp"
#include "topology/topology.hpp"

namespace futex2::topology {
namespace {

const char* const garbage[] = {
    "x\n",
    "0-\n",
    "-1\n",
    "0,\n",
    ",0\n",
    "0,,1\n",
    "3-1\n",
    "0-1-2\n",
    "0 1\n",
    " 0\n",
    "0\n0\n",
    "0\n\n",
    "0x1\n",
    "0-3:1/2\n",
    "+1\n",
    "0;1\n",
    "8192\n",
    "0-8192\n",
    "99999999999999999999999\n",
    "4294967296\n",
    "-4294967295\n",
    "18446744073709551616\n",
};

TEST(topology_garbage, in_the_possible_nodes) {
    for (const char* text : garbage) {
        fake_machine machine;
        machine.cpus("0\n").nodes(text).node(0, "0\n");
        const reading m(machine);
        EXPECT_EQ(m.result, -EINVAL) << text;
        EXPECT_TRUE(all_zero(*m.m)) << text;
    }
}

TEST(topology_garbage, in_the_possible_cpus) {
    for (const char* text : garbage) {
        fake_machine machine;
        machine.cpus(text).nodes("0\n").node(0, "0\n");
        const reading m(machine);
        EXPECT_EQ(m.result, -EINVAL) << text;
        EXPECT_TRUE(all_zero(*m.m)) << text;
    }
}

TEST(topology_garbage, in_the_cpus_of_a_node) {
    for (const char* text : garbage) {
        fake_machine machine;
        machine.cpus("0-1\n").nodes("0-1\n").node(0, "0\n").node(1, text);
        const reading m(machine);
        EXPECT_EQ(m.result, -EINVAL) << text;
        EXPECT_TRUE(all_zero(*m.m)) << text;
    }
}

TEST(topology_garbage, bytes_of_zero) {
    fake_machine machine;
    machine.cpus(std::string("0\0\n", 3)).nodes("0\n").node(0, "0\n");
    EXPECT_EQ(reading(machine).result, -EINVAL);
}

TEST(topology_garbage, one_node_too_many) {
    fake_machine machine;
    machine.cpus("0\n").nodes("0-1024\n").node(0, "0\n");
    EXPECT_EQ(reading(machine).result, -EINVAL);
    machine.nodes("0-1023\n");
    EXPECT_EQ(reading(machine).result, 0);
}

TEST(topology_garbage, an_empty_file) {
    fake_machine no_nodes;
    no_nodes.cpus("0\n").nodes("").node(0, "0\n");
    EXPECT_EQ(reading(no_nodes).result, -EINVAL);

    fake_machine no_cpus;
    no_cpus.cpus("").nodes("0\n").node(0, "0\n");
    EXPECT_EQ(reading(no_cpus).result, -EINVAL);

    // Of a node's CPUs it is a list without members.
    fake_machine no_members;
    no_members.cpus("0\n").nodes("0-1\n").node(0, "").node(1, "0\n");
    const reading m(no_members);
    ASSERT_EQ(m.result, 0);
    EXPECT_EQ(m->node_of_cpu[0], 1);
}

TEST(topology_garbage, an_overlong_file) {
    // Every piece of it is a list.
    std::string text = "0";
    while (text.size() < 100000) {
        text += ",0";
    }
    fake_machine machine;
    machine.cpus("0\n").nodes("0\n").node(0, text + "\n");
    EXPECT_EQ(reading(machine).result, -EINVAL);
    machine.node(0, "0\n").cpus(std::string(100000, '0'));
    EXPECT_EQ(reading(machine).result, -EINVAL);
}

TEST(topology_garbage, a_directory_in_the_place_of_a_file) {
    fake_machine machine;
    machine.cpus("0\n").nodes("0\n").file("node/node0/cpulist/x", "");
    EXPECT_EQ(reading(machine).result, -EISDIR);
}

// The list on its own: the same answer however the text is cut.

bool parse(const std::string& text, size_t piece, number_set<128>& set) {
    set = {};
    list_parser parser(set.words, 128);
    for (size_t at = 0; at < text.size(); at += piece) {
        if (!parser.feed(text.data() + at, std::min(piece, text.size() - at))) {
            return false;
        }
    }
    return parser.finish();
}

numbers members(const number_set<128>& set) {
    numbers result;
    for (int n = 0; n < 128; ++n) {
        if ((set.words[n / 64] >> (n % 64)) & 1) {
            result.push_back(n);
        }
    }
    return result;
}

TEST(topology_list, is_read_in_pieces_of_any_size) {
    struct row {
        const char* text;
        numbers expected;
    };
    const row rows[] = {
        {"0-3,8,10-11\n", {0, 1, 2, 3, 8, 10, 11}},
        {"0-3,8,10-11", {0, 1, 2, 3, 8, 10, 11}},
        {"127\n", {127}},
        {"63-64\n", {63, 64}},
        {"7-7\n", {7}},
        {"5,1-2,1\n", {1, 2, 5}},
        {"\n", {}},
        {"", {}},
    };
    for (const row& r : rows) {
        for (size_t piece = 1; piece < 16; ++piece) {
            number_set<128> set;
            EXPECT_TRUE(parse(r.text, piece, set)) << r.text << piece;
            EXPECT_EQ(members(set), r.expected) << r.text << piece;
        }
    }
}

TEST(topology_list, refuses_garbage_in_pieces_of_any_size) {
    for (const char* text : garbage) {
        for (size_t piece = 1; piece < 8; ++piece) {
            number_set<128> set;
            EXPECT_FALSE(parse(text, piece, set)) << text << piece;
        }
    }
    number_set<128> set;
    EXPECT_FALSE(parse("128", 16, set));
    EXPECT_FALSE(parse("0-128", 16, set));
    EXPECT_TRUE(parse("0-127", 16, set));
}

}  // namespace
}  // namespace futex2::topology
