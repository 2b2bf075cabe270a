// SPDX-License-Identifier: MIT
#include "bench/ratios.hpp"

#include <gtest/gtest.h>

#include "bench/sample_result.hpp"

namespace futex2::bench {
namespace {

result of_word(result r, unsigned bits, bool numa) {
    r.bits = bits;
    r.numa = numa;
    return r;
}

report with(std::vector<result> results) {
    report r;
    r.results = std::move(results);
    return r;
}

TEST(Ratios, AreAboveOneWhereTheLibraryIsFaster) {
    const auto all = ratios_of(with({one("kernel", {8}), one("user", {2}), one("std", {1})}));
    EXPECT_EQ(all, (std::vector<ratio>{{1, 0, 4, {}}, {1, 2, 0.5, {}}}));
}

TEST(Ratios, AreAboveOneWhereTheLibraryHasTheHigherThroughput) {
    report r = with({one("user", {2}), one("kernel", {8})});
    for (result& each : r.results) each.higher_is_better = true;
    EXPECT_EQ(ratios_of(r), (std::vector<ratio>{{0, 1, 0.25, {}}}));
}

TEST(Ratios, HaveTheIntervalOfTheRatioTheWayRoundThatTimesIs) {
    const std::vector<double> mine = {1, 1.1, 1.2, 1.3, 1.4};
    const std::vector<double> kernels = {9, 10, 10, 11, 12};
    report r = with({one("user", mine), one("kernel", kernels)});
    EXPECT_EQ(ratios_of(r).at(0).noise, interval_of_ratio(kernels, mine));
    for (result& each : r.results) each.higher_is_better = true;
    EXPECT_EQ(ratios_of(r).at(0).noise, interval_of_ratio(mine, kernels));
}

TEST(Ratios, CompareWithTheSameWordAndElseWithOneOf32Bits) {
    const report r = with({
        of_word(one("user", {1}), 8, false),
        of_word(one("kernel", {2}), 32, false),
        of_word(one("kernel2", {3}), 32, false),
        of_word(one("std", {5}), 64, false),
        of_word(one("std", {6}), 8, false),
        of_word(one("boost", {7}), 64, false),
    });
    EXPECT_EQ(ratios_of(r), (std::vector<ratio>{{0, 1, 2, {}}, {0, 2, 3, {}}, {0, 4, 6, {}}}));
}

TEST(Ratios, CompareANumaWordWithTheKernelsPlainOneWhereItHasNoOther) {
    const report r = with({
        of_word(one("user", {1}), 64, true),
        of_word(one("kernel", {2}), 32, false),
        of_word(one("kernel2", {3}), 32, false),
        of_word(one("kernel2", {4}), 32, true),
        of_word(one("kernel-16", {5}), 32, false),
        of_word(one("std", {6}), 32, false),
        of_word(one("std", {7}), 64, false),
    });
    EXPECT_EQ(ratios_of(r), (std::vector<ratio>{{0, 1, 2, {}}, {0, 3, 4, {}}}));
}

TEST(Ratios, CompareOnlyWhatMeasuresTheSame) {
    std::vector<result> others(7, one("kernel", {2}));
    others[0].suite = "hash";
    others[1].variant = "-w 2";
    others[2].threads = 2;
    others[3].metric = "latency";
    others[4].unit = "us";
    others[5].shared = true;
    others[6].runs.clear();
    others[6].unsupported = "not supported: here";
    others.push_back(one("user", {1}));
    EXPECT_EQ(ratios_of(with(others)), std::vector<ratio>());
}

TEST(Ratios, AreNoneWhereAMedianIsNotAboveZero) {
    EXPECT_TRUE(ratios_of(with({one("user", {0}), one("kernel", {1})})).empty());
    EXPECT_TRUE(ratios_of(with({one("user", {1}), one("kernel", {0})})).empty());
}

}  // namespace
}  // namespace futex2::bench
