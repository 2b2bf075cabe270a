// SPDX-License-Identifier: MIT
#include "bench/histogram.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <random>

namespace futex2::bench {
namespace {

constexpr int64_t longest = std::numeric_limits<int64_t>::max();

// The bound that a time is counted under.
int64_t bound_for(int64_t ns) {
    histogram h;
    h.add(ns);
    const auto all = h.buckets();
    EXPECT_EQ(all.size(), 1u);
    EXPECT_EQ(all.at(0).count, 1u);
    return all.at(0).bound;
}

TEST(Histogram, IsExactBelow128) {
    for (int64_t ns = 0; ns < 128; ++ns) EXPECT_EQ(bound_for(ns), ns);
}

TEST(Histogram, BoundsAreNeverBelowATimeAndLittleAbove) {
    std::mt19937_64 random(1);
    for (int i = 0; i < 10'000; ++i) {
        const auto ns = static_cast<int64_t>(random() >> (1 + i % 63));
        const int64_t bound = bound_for(ns);
        EXPECT_GE(bound, ns);
        EXPECT_LE(bound - ns, ns / 64);
    }
    EXPECT_EQ(bound_for(longest), longest);
}

TEST(Histogram, BucketsMeet) {
    // The time behind a bound belongs to the next bucket, whose bound is larger.
    int64_t bound = 0;
    int buckets = 1;
    for (; bound != longest; ++buckets) {
        const int64_t next = bound_for(bound + 1);
        ASSERT_GT(next, bound);
        ASSERT_EQ(bound_for(bound), bound);
        bound = next;
    }
    EXPECT_EQ(buckets, 58 * 64);
}

TEST(Histogram, QuantilesAreThoseOfTheSortedTimes) {
    histogram h;
    std::vector<int64_t> times;
    std::mt19937_64 random(2);
    for (int i = 0; i < 1000; ++i) {
        times.push_back(static_cast<int64_t>(random() >> (30 + i % 20)));
        h.add(times.back());
    }
    std::sort(times.begin(), times.end());
    for (const unsigned per_mille : {1u, 500u, 990u, 999u, 1000u}) {
        const int64_t exact = times[per_mille - 1];
        EXPECT_GE(h.quantile(per_mille), exact) << per_mille;
        EXPECT_LE(h.quantile(per_mille), exact + exact / 64) << per_mille;
    }
    EXPECT_EQ(h.quantile(0), h.quantile(1));
    EXPECT_EQ(h.quantile(1000), times.back());
    EXPECT_EQ(h.largest(), times.back());
    EXPECT_EQ(h.count(), 1000u);
}

TEST(Histogram, OfNothingSaysNothing) {
    const histogram h;
    EXPECT_EQ(h.count(), 0u);
    EXPECT_EQ(h.quantile(999), 0);
    EXPECT_EQ(h.largest(), 0);
    EXPECT_TRUE(h.buckets().empty());
    EXPECT_EQ(h.text(), "");
}

TEST(Histogram, Adds) {
    histogram a;
    histogram b;
    a.add(7);
    a.add(100'000);
    b.add(7);
    b.add(3'000'000);
    a += b;
    EXPECT_EQ(a.count(), 4u);
    EXPECT_EQ(a.largest(), 3'000'000);
    EXPECT_EQ(a.quantile(500), 7);
    EXPECT_EQ(a.buckets().size(), 3u);
    a.add(7, 3);
    EXPECT_EQ(a.count(), 7u);
    EXPECT_EQ(a.buckets().front(), (histogram::bucket{7, 5}));
}

TEST(Histogram, IsDrawnWithoutGaps) {
    histogram h;
    for (int i = 0; i < 80; ++i) h.add(3100);
    h.add(4100);
    h.add(9000);
    EXPECT_EQ(h.text(),
              "  from, us     below     times\n"
              "     3.072     4.096        80  ########################################\n"
              "     4.096     6.144         1  #\n"
              "     6.144     8.192         0\n"
              "     8.192     12.29         1  #\n");
}

TEST(Histogram, IsDrawnFromTheShortestToTheLongest) {
    histogram h;
    h.add(0);
    EXPECT_EQ(h.text().substr(31),
              "         0     0.032         1  " + std::string(40, '#') + "\n");
    histogram far;
    far.add(longest);
    const std::string text = far.text();
    EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 2) << text;
}

}  // namespace
}  // namespace futex2::bench
