// SPDX-License-Identifier: MIT
#include "bench/compare.hpp"

#include <gtest/gtest.h>

#include "bench/formats.hpp"
#include "bench/sample_result.hpp"

namespace futex2::bench {
namespace {

const std::vector<double> steady = {100, 101, 99, 100, 102, 98, 100};

std::vector<double> times(double factor, std::vector<double> runs) {
    for (double& run : runs) run *= factor;
    return runs;
}

report of(std::vector<result> results) {
    return {{}, std::move(results), {}};
}

change change_to(std::vector<double> after, bool higher_is_better = false, double threshold = 5) {
    result first = one("user", steady);
    result second = one("user", std::move(after));
    first.higher_is_better = second.higher_is_better = higher_is_better;
    const comparison c = compare(of({first}), of({second}), threshold);
    EXPECT_EQ(c.changes.size(), 1u);
    EXPECT_EQ(c.slower_beyond_threshold(), c.changes.at(0).beyond_threshold);
    return c.changes.at(0);
}

TEST(Compare, TellsAChangeFromNoise) {
    const change same = change_to({101, 97, 100, 99, 103, 100, 101});
    EXPECT_EQ(same.found, verdict::unchanged);
    EXPECT_TRUE(same.noise->contains(1));
    const change slower = change_to(times(1.5, steady));
    EXPECT_EQ(slower.found, verdict::slower);
    EXPECT_EQ(slower.slowdown, 1.5);
    EXPECT_TRUE(slower.noise->contains(1.5));
    EXPECT_GT(slower.noise->low, 1.4);
    const change faster = change_to(times(0.5, steady));
    EXPECT_EQ(faster.found, verdict::faster);
    EXPECT_EQ(faster.slowdown, 0.5);
    EXPECT_FALSE(faster.beyond_threshold);
}

TEST(Compare, FollowsWhichWayIsBetter) {
    const change more = change_to(times(2, steady), true);
    EXPECT_EQ(more.found, verdict::faster);
    EXPECT_EQ(more.slowdown, 0.5);
    const change less = change_to(times(0.5, steady), true);
    EXPECT_EQ(less.found, verdict::slower);
    EXPECT_EQ(less.slowdown, 2);
    EXPECT_TRUE(less.beyond_threshold);
}

TEST(Compare, AsksForMoreThanTheThresholdAndMoreThanNoise) {
    EXPECT_TRUE(change_to(times(1.5, steady)).beyond_threshold);
    EXPECT_TRUE(change_to(times(1.5, steady), false, 49).beyond_threshold);
    EXPECT_FALSE(change_to(times(1.5, steady), false, 50).beyond_threshold);
    EXPECT_FALSE(change_to(times(1.04, steady)).beyond_threshold);
    EXPECT_TRUE(change_to(times(1.04, steady), false, 0).beyond_threshold);
    const change noisy = change_to({50, 300, 120, 60, 250, 115, 90});
    EXPECT_GT(noisy.slowdown, 1.05);
    EXPECT_EQ(noisy.found, verdict::unchanged);
    EXPECT_FALSE(noisy.beyond_threshold);
}

TEST(Compare, DoesNotKnowWhatTooFewRunsOrZerosMean) {
    const change few = change_to({200, 200, 200, 200});
    EXPECT_EQ(few.found, verdict::unknown);
    EXPECT_EQ(few.slowdown, 2);
    EXPECT_EQ(few.noise, std::nullopt);
    EXPECT_FALSE(few.beyond_threshold);
    const change zeros = change_to({0, 0, 0, 0, 0, 0});
    EXPECT_EQ(zeros.found, verdict::unknown);
    EXPECT_EQ(zeros.slowdown, std::nullopt);
}

TEST(Compare, PairsByAllThatSaysWhatWasMeasured) {
    const result base = one("user", steady);
    std::vector<result> others(10, base);
    others[0].suite = "hash";
    others[1].variant = "-w 2";
    others[2].engine = "kernel";
    others[3].bits = 64;
    others[4].numa = true;
    others[5].shared = true;
    others[6].threads = 2;
    others[7].metric = "latency";
    others[8].unit = "us";
    others[9].higher_is_better = true;
    const comparison c = compare(of({base}), of(others), 5);
    EXPECT_TRUE(c.changes.empty());
    EXPECT_EQ(c.only_before, std::vector{base});
    EXPECT_EQ(c.only_after, others);

    std::vector<result> reversed(others.rbegin(), others.rend());
    const comparison all = compare(of(others), of(reversed), 5);
    EXPECT_EQ(all.changes.size(), others.size());
    EXPECT_TRUE(all.only_before.empty());
    EXPECT_TRUE(all.only_after.empty());
    for (size_t i = 0; i < others.size(); ++i) {
        EXPECT_EQ(all.changes[i].before, others[i]);
        EXPECT_EQ(all.changes[i].after, others[i]);
    }
}

TEST(Compare, PairsWhatIsAlikeInTurn) {
    const result first = one("user", steady);
    const result second = one("user", times(3, steady));
    const comparison c = compare(of({first, second}), of({first, second, first}), 5);
    ASSERT_EQ(c.changes.size(), 2u);
    EXPECT_EQ(c.changes[0].after, first);
    EXPECT_EQ(c.changes[1].after, second);
    EXPECT_EQ(c.only_after, std::vector{first});
}

TEST(Compare, LeavesOutWhatAnEngineCouldNotDo) {
    result none = one("kernel2", {});
    none.unsupported = "not supported: a reason";
    const result measured = one("kernel2", steady);
    EXPECT_TRUE(compare(of({none}), of({none}), 5).only_after.empty());
    EXPECT_EQ(compare(of({none}), of({measured}), 5).only_after, std::vector{measured});
    EXPECT_EQ(compare(of({measured}), of({none}), 5).only_before, std::vector{measured});
}

TEST(Compare, NamesInWhatTheMachinesDiffer) {
    context a;
    a.kernel = "6.1";
    a.cpus = 2;
    context b = a;
    b.date = "another";
    b.version = "another";
    EXPECT_EQ(difference(a, b), "");
    b.kernel = "6.18";
    b.cpus = 8;
    EXPECT_EQ(difference(a, b), "kernel (6.1, 6.18), cpus (2, 8)");
}

}  // namespace
}  // namespace futex2::bench
