// SPDX-License-Identifier: MIT
// Where the library's memory lies. A page comes into being where it is first touched,
// unless its memory is bound: here it is always touched from another node first.
#include <futex2/testing.h>
#include <gtest/gtest.h>

#include <thread>

#include "abi/instance.hpp"
#include "lab/machine.hpp"

namespace futex2::lab {
namespace {

constexpr unsigned kind = FUTEX2_SIZE_U32 | FUTEX2_NUMA | FUTEX2_PRIVATE;

// A node with CPUs that is not this one, if there is any.
int another_node(int node) {
    for (const int other : nodes_with_cpus())
        if (other != node) return other;
    return node;
}

void expect_on_node(const void* address, int node) {
    const int lies_on = node_of_page(address);
    if (nodes()[static_cast<size_t>(node)].has_memory) {
        EXPECT_EQ(lies_on, node);
    } else {
        EXPECT_GE(lies_on, 0) << "a node without memory has its table elsewhere";
        EXPECT_NE(lies_on, node);
    }
}

// Changes nothing, but writes.
void touch(const void* address) {
    __atomic_fetch_or(static_cast<char*>(const_cast<void*>(address)), 0, __ATOMIC_RELAXED);
}

TEST(Memory, EveryPageOfATableLiesOnItsNode) {
    ASSERT_EQ(futex2_node_count(), node_count());
    for (int n = 0; n < node_count(); ++n) {
        SCOPED_TRACE("node " + std::to_string(n));
        run_on_node(another_node(n));
        futex2_testing_table table;
        ASSERT_EQ(futex2_testing_table_of(n, &table), 0);
        EXPECT_EQ(table.node, n);
        EXPECT_GE(table.buckets, static_cast<unsigned>(cpu_count()));
        const char* begin = static_cast<const char*>(table.address);
        ASSERT_EQ(reinterpret_cast<uintptr_t>(begin) % page_bytes, 0u);
        for (uint64_t at = 0; at < table.bytes; at += page_bytes) {
            ASSERT_LT(node_of_page(begin + at), 0) << "touched already: this shows nothing";
            touch(begin + at);
            expect_on_node(begin + at, n);
        }
    }
}

// A thread that says to be on the node, but runs on another one, has waited.
TEST(Memory, AThreadsParkerAndEntryLieOnItsNode) {
    for (int n = 0; n < node_count(); ++n) {
        SCOPED_TRACE("node " + std::to_string(n));
        std::thread([n] {
            run_on_node(another_node(n));
            ASSERT_EQ(futex2_testing_pin_node(n), 0);
            futex32_numa word = {0, FUTEX_NO_NODE};
            const timespec passed = {0, 0};
            ASSERT_EQ(futex2_wait(&word, 0, UINT32_MAX, kind, &passed, CLOCK_MONOTONIC),
                      -ETIMEDOUT);
            const auto& seat = engine::thread<abi::native>::self().own;
            expect_on_node(seat.parking, n);
            expect_on_node(seat.place, n);
        }).join();
    }
}

}  // namespace
}  // namespace futex2::lab
