// SPDX-License-Identifier: MIT
#include "bench/statistics.hpp"

#include <gtest/gtest.h>

namespace futex2::bench {
namespace {

TEST(Statistics, OfOddEvenAndNoValues) {
    EXPECT_EQ(median({3, 1, 2}), 2);
    EXPECT_EQ(median({4, 1, 3, 2}), 2.5);
    EXPECT_EQ(median({}), 0);
    EXPECT_EQ(smallest({3, 1, 2}), 1);
    EXPECT_EQ(largest({3, 1, 2}), 3);
    EXPECT_EQ(mean({1, 2, 6}), 3);
    EXPECT_EQ(smallest({}) + largest({}) + mean({}), 0);
}

TEST(Statistics, QuantilesLieBetweenTheValues) {
    EXPECT_EQ(quantile({3, 1, 2}, 0), 1);
    EXPECT_EQ(quantile({3, 1, 2}, 1), 3);
    EXPECT_EQ(quantile({4, 1, 3, 2, 5}, 0.25), 2);
    EXPECT_EQ(quantile({10, 20}, 0.75), 17.5);
    EXPECT_EQ(quantile({7}, 0.25), 7);
    EXPECT_EQ(quantile({}, 0.25), 0);
}

// The standard error of 2, 4, 4, 6 is sqrt(8/3/4), 20.41 % of their mean.
TEST(Statistics, RelativeErrorIsThatOfTheMean) {
    EXPECT_NEAR(relative_error({2, 4, 4, 6}), 20.41, 0.01);
    EXPECT_EQ(relative_error({5, 5, 5}), 0);
    EXPECT_EQ(relative_error({7}), 0);
    EXPECT_EQ(relative_error({}), 0);
    EXPECT_EQ(relative_error({-1, 1}), 0);  // of a mean of 0 there is no percentage
}

}  // namespace
}  // namespace futex2::bench
