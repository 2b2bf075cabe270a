// SPDX-License-Identifier: MIT
#include "lab/tally.hpp"

#include <gtest/gtest.h>

namespace futex2::lab {
namespace {

constexpr int nodes_of_two_cpus[] = {0, 1};

record load(uint64_t address, uint8_t cpu, int8_t memory_node) {
    return {.address = address,
            .instruction = 0,
            .what = record::type::load,
            .cpu = cpu,
            .memory_node = memory_node,
            .from = no_node,
            .invalidated = false,
            .kernel = false,
            .unused = {}};
}

tally of_accesses(double n) {
    return {{{measure::accesses, true, 0, 0}, n}};
}

TEST(Counter, CountsAccessesByNodeAndALineOnce) {
    counter c(nodes_of_two_cpus);
    c.add(load(0, 0, 1));
    c.add(load(8, 0, 1));
    c.add(load(64, 0, 1));
    c.add(load(64, 1, 1));
    const tally expected = {{{measure::accesses, false, 0, 1}, 3},
                            {{measure::accesses, false, 1, 1}, 1},
                            {{measure::lines, false, 0, 1}, 2},
                            {{measure::lines, false, 1, 1}, 1}};
    EXPECT_EQ(c.sum(), expected);
}

TEST(Counter, KeepsTheModesApart) {
    counter c(nodes_of_two_cpus);
    record r = load(0, 0, 0);
    c.add(r);
    r.kernel = true;
    c.add(r);
    const tally expected = {{{measure::accesses, false, 0, 0}, 1},
                            {{measure::accesses, true, 0, 0}, 1},
                            {{measure::lines, false, 0, 0}, 1},
                            {{measure::lines, true, 0, 0}, 1}};
    EXPECT_EQ(c.sum(), expected);
}

TEST(Counter, CountsTransfersInvalidationsAndSystemCalls) {
    counter c(nodes_of_two_cpus);
    record r = load(0, 0, 0);
    r.from = 1;
    c.add(r);
    r.from = no_node;
    r.invalidated = true;
    c.add(r);
    r.what = record::type::system_call;
    c.add(r);
    const tally expected = {{{measure::accesses, false, 0, 0}, 2},
                            {{measure::lines, false, 0, 0}, 1},
                            {{measure::transfers, false, 0, 1}, 1},
                            {{measure::invalidations, false, 0}, 1},
                            {{measure::system_calls, false, 0}, 1}};
    EXPECT_EQ(c.sum(), expected);
}

TEST(Counter, LeavesDevicesOut) {
    counter c(nodes_of_two_cpus);
    c.add(load(0, 0, no_node));
    EXPECT_TRUE(c.sum().empty());
}

TEST(Mean, TakesWhatIsMissingFor0) {
    const tally tallies[] = {of_accesses(4), {}};
    EXPECT_EQ(mean_of(tallies), of_accesses(2));
}

TEST(ClosestHalf, LeavesOutWhatIsFarAbove) {
    const closest_half h =
        closest_half_of({of_accesses(900), of_accesses(4), of_accesses(2), of_accesses(10)});
    EXPECT_EQ(h.mean, of_accesses(3));
    EXPECT_EQ(h.least, 2);
    EXPECT_EQ(h.most, 4);
}

TEST(ClosestHalf, LeavesOutWhatIsFarBelow) {
    const closest_half h =
        closest_half_of({of_accesses(50), of_accesses(52), of_accesses(1), of_accesses(90)});
    EXPECT_EQ(h.mean, of_accesses(51));
}

TEST(ClosestHalf, OfOneIsThatOne) {
    EXPECT_EQ(closest_half_of({of_accesses(5)}).mean, of_accesses(5));
}

}  // namespace
}  // namespace futex2::lab
