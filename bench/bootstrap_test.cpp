// SPDX-License-Identifier: MIT
#include "bench/bootstrap.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

namespace futex2::bench {
namespace {

// Of an exponential distribution with that median: skewed, as times are.
std::vector<double> sample(std::mt19937_64& random, size_t count, double its_median) {
    std::vector<double> values(count);
    for (double& v : values) {
        const double chance = (static_cast<double>(random() >> 11) + 0.5) / 9007199254740992.0;
        v = -its_median * std::log2(chance);
    }
    return values;
}

// In how many of many repetitions the interval contains the true value.
template <class Interval>
double coverage(const Interval& of, double truth) {
    constexpr int repetitions = 400;
    std::mt19937_64 random(1);
    int hits = 0;
    for (int i = 0; i < repetitions; ++i) hits += of(random).value().contains(truth) ? 1 : 0;
    return static_cast<double>(hits) / repetitions;
}

TEST(Bootstrap, ContainsTheTrueMedianAsOftenAsItSays) {
    for (const size_t runs : {9u, 20u}) {
        const double often = coverage(
            [runs](auto& random) { return interval_of_median(sample(random, runs, 3)); }, 3);
        EXPECT_NEAR(often, confidence, 0.04) << runs << " runs";
    }
}

TEST(Bootstrap, ContainsTheTrueRatioAsOftenAsItSays) {
    const double often = coverage(
        [](auto& random) {
            std::vector<double> numerator = sample(random, 11, 6);
            return interval_of_ratio(std::move(numerator), sample(random, 9, 2));
        },
        3);
    EXPECT_NEAR(often, confidence, 0.04);
}

double binomial(int n, int k) {
    return std::exp(std::lgamma(n + 1) - std::lgamma(k + 1) - std::lgamma(n - k + 1));
}

// That at least half of n draws are among the `rank` smallest of n, n odd.
double chance_of_median_up_to(int rank, int n) {
    const double p = static_cast<double>(rank) / n;
    double chance = 0;
    for (int k = n / 2 + 1; k <= n; ++k)
        chance += binomial(n, k) * std::pow(p, k) * std::pow(1 - p, n - k);
    return chance;
}

// Of an odd number of runs the distribution of a resample's median is known exactly.
TEST(Bootstrap, HasTheEndsThatAllResamplesWouldGive) {
    for (const int n : {5, 7, 9, 21, 41}) {
        std::vector<double> ranks;
        for (int rank = 1; rank <= n; ++rank) ranks.push_back(rank);
        int low = 1;
        while (chance_of_median_up_to(low, n) < (1 - confidence) / 2) ++low;
        EXPECT_EQ(interval_of_median(ranks), (interval{double(low), double(n + 1 - low)})) << n;
    }
}

TEST(Bootstrap, OfTooFewRunsIsUnknown) {
    std::vector<double> runs;
    for (size_t count = 0; count < fewest_runs; ++count) {
        EXPECT_EQ(interval_of_median(runs), std::nullopt) << count;
        EXPECT_EQ(interval_of_ratio(runs, {1, 2, 3, 4, 5, 6}), std::nullopt) << count;
        EXPECT_EQ(interval_of_ratio({1, 2, 3, 4, 5, 6}, runs), std::nullopt) << count;
        runs.push_back(7);
    }
    EXPECT_EQ(interval_of_median(runs), (interval{7, 7}));
}

TEST(Bootstrap, OfARatioIsUnknownWhereARunIsNotAboveZero) {
    EXPECT_EQ(interval_of_ratio({1, 2, 3, 4, 5}, {0, 1, 2, 3, 4}), std::nullopt);
    EXPECT_EQ(interval_of_ratio({-1, 2, 3, 4, 5}, {1, 2, 3, 4, 5}), std::nullopt);
    EXPECT_TRUE(interval_of_median({-2, -1, 0, 1, 2}));
}

TEST(Bootstrap, DoesNotDependOnTheOrderOfTheRuns) {
    std::mt19937_64 random(2);
    const std::vector<double> a = sample(random, 12, 1);
    const std::vector<double> b = sample(random, 7, 1);
    std::vector<double> shuffled = a;
    std::shuffle(shuffled.begin(), shuffled.end(), random);
    ASSERT_NE(shuffled, a);
    EXPECT_EQ(interval_of_median(shuffled), interval_of_median(a));
    EXPECT_EQ(interval_of_ratio(shuffled, b), interval_of_ratio(a, b));
    EXPECT_EQ(interval_of_ratio(b, shuffled), interval_of_ratio(b, a));
}

TEST(Bootstrap, ScalesWithTheUnit) {
    std::mt19937_64 random(3);
    const std::vector<double> a = sample(random, 10, 1);
    const std::vector<double> b = sample(random, 10, 1);
    std::vector<double> larger = a;
    for (double& v : larger) v *= 1024;  // exact
    const interval of_a = interval_of_median(a).value();
    EXPECT_LT(of_a.low, of_a.high);
    EXPECT_EQ(interval_of_median(larger), (interval{1024 * of_a.low, 1024 * of_a.high}));
    const interval ratio = interval_of_ratio(a, b).value();
    EXPECT_EQ(interval_of_ratio(larger, b), (interval{1024 * ratio.low, 1024 * ratio.high}));
}

TEST(Bootstrap, OfEqualSamplesContainsOne) {
    std::mt19937_64 random(4);
    for (const size_t runs : {5u, 6u, 11u, 30u}) {
        const std::vector<double> same = sample(random, runs, 5);
        const interval ratio = interval_of_ratio(same, same).value();
        EXPECT_TRUE(ratio.contains(1)) << runs;
        EXPECT_LT(ratio.low, ratio.high) << runs;
    }
    EXPECT_EQ(interval_of_ratio({4, 4, 4, 4, 4}, {2, 2, 2, 2, 2}), (interval{2, 2}));
}

TEST(Bootstrap, FollowsItsSeed) {
    std::mt19937_64 random(5);
    const std::vector<double> a = sample(random, 20, 1);
    const std::vector<double> b = sample(random, 20, 1);
    EXPECT_EQ(interval_of_ratio(a, b), interval_of_ratio(a, b));
    EXPECT_NE(interval_of_ratio(a, b, 1), interval_of_ratio(a, b, 2));
}

}  // namespace
}  // namespace futex2::bench
