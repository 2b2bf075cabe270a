// SPDX-License-Identifier: MIT
#include "bench/node_memory.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <stdexcept>

#include "bench/placement.hpp"

namespace futex2::bench {
namespace {

TEST(NodeMemory, LiesOnItsNodeAndBeginsWithZeros) {
    for (const int node : nodes_with_cpus()) {
        const node_memory memory(node, 10'000);
        const auto* bytes = static_cast<const char*>(memory.address());
        for (size_t i = 0; i < 10'000; ++i) ASSERT_EQ(bytes[i], 0);
        EXPECT_TRUE(memory.in_place());
    }
}

TEST(NodeMemory, HoldsObjects) {
    static int alive = 0;
    struct counted {
        alignas(128) int value = 7;
        counted() { ++alive; }
        ~counted() { --alive; }
    };
    {
        const on_node<counted> object(nodes_with_cpus().front());
        EXPECT_EQ(object->value, 7);
        EXPECT_EQ(alive, 1);
        EXPECT_TRUE(object.in_place());
    }
    EXPECT_EQ(alive, 0);
}

TEST(NodeMemory, OfNoNodeIsRefused) {
    EXPECT_THROW(node_memory(1023, 1), std::invalid_argument);
}

TEST(Placement, KnowsTheNodeOfEachSlot) {
    for (const int node : nodes_with_cpus()) {
        const placement there({node});
        for (int i = 0; i < there.count(); ++i) EXPECT_EQ(node_of(there.of(i)), node);
    }
}

}  // namespace
}  // namespace futex2::bench
