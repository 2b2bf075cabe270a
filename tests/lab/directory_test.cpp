// SPDX-License-Identifier: MIT
#include "lab/directory.hpp"

#include <gtest/gtest.h>

namespace futex2::lab {
namespace {

constexpr transfer nothing = {};
constexpr transfer from(int node) {
    return {.from = node, .invalidates = false};
}
constexpr transfer invalidation = {.from = -1, .invalidates = true};

constexpr int home = 0;

TEST(Directory, ALineComesFromItsMemoryOnce) {
    directory d(1);
    EXPECT_EQ(d.read(0, home, 1), from(home));
    EXPECT_EQ(d.read(0, home, 1), nothing);
    EXPECT_EQ(d.read(0, home, home), nothing) << "the node's own memory";
}

TEST(Directory, LinesAreApart) {
    directory d(2);
    EXPECT_EQ(d.read(0, home, 1), from(home));
    EXPECT_EQ(d.read(1, home, 1), from(home));
}

TEST(Directory, WhatANodeAloneHasItWritesWithoutTheOthers) {
    directory d(1);
    EXPECT_EQ(d.read(0, home, 1), from(home));
    EXPECT_EQ(d.write(0, home, 1), nothing);
    EXPECT_EQ(d.write(0, home, 1), nothing);
}

TEST(Directory, AModifiedLineComesFromWhoWroteIt) {
    directory d(1);
    EXPECT_EQ(d.write(0, home, 1), from(home));
    EXPECT_EQ(d.read(0, home, 2), from(1));
    EXPECT_EQ(d.write(0, home, 3), from(home)) << "it was written back for the read";
    EXPECT_EQ(d.write(0, home, 2), from(3));
}

TEST(Directory, EvenToTheNodeOfItsMemory) {
    directory d(1);
    EXPECT_EQ(d.write(0, home, 1), from(home));
    EXPECT_EQ(d.read(0, home, home), from(1));
}

TEST(Directory, AWriteInvalidatesOtherCopies) {
    directory d(1);
    EXPECT_EQ(d.read(0, home, 1), from(home));
    EXPECT_EQ(d.read(0, home, 2), from(home));
    EXPECT_EQ(d.write(0, home, 1), invalidation);
    EXPECT_EQ(d.write(0, home, 1), nothing);
    EXPECT_EQ(d.read(0, home, 2), from(1)) << "its copy is gone";
}

// As two threads do that write one line in turn: one transfer a turn, and no invalidation
// of its own.
TEST(Directory, TwoThatWriteInTurnTransferOnceATurn) {
    directory d(1);
    d.write(0, home, 1);
    for (int turn = 0; turn < 4; ++turn) {
        EXPECT_EQ(d.write(0, home, 2), from(1));
        EXPECT_EQ(d.write(0, home, 1), from(2));
    }
}

// And, where each reads before it writes, an invalidation more.
TEST(Directory, ReadingFirstCostsAnInvalidation) {
    directory d(1);
    d.write(0, home, 1);
    EXPECT_EQ(d.read(0, home, 2), from(1));
    EXPECT_EQ(d.write(0, home, 2), invalidation);
}

}  // namespace
}  // namespace futex2::lab
