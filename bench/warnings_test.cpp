// SPDX-License-Identifier: MIT
#include "bench/warnings.hpp"

#include <gtest/gtest.h>

namespace futex2::bench {
namespace {

result one(const std::string& suite, int threads, std::vector<double> runs) {
    result r;
    r.suite = suite;
    r.engine = "user";
    r.threads = threads;
    r.metric = "time";
    r.unit = "ms";
    r.runs = std::move(runs);
    return r;
}

TEST(Warnings, SpreadIsThatOfTheMiddleHalf) {
    EXPECT_EQ(spread({90, 95, 100, 105, 300}), 10);
    EXPECT_EQ(spread({100, 100, 200}), 0);  // too few
    EXPECT_EQ(spread({-1, 0, 0, 1}), 0);
    EXPECT_EQ(spread({}), 0);
}

TEST(Warnings, AreNotGivenWithoutReason) {
    report r;
    r.where.cpus = 2;
    r.results = {one("wake", 2, {100, 101, 102, 103, 104}), one("hash", 1, {1, 9})};
    EXPECT_TRUE(warnings_of(r).empty());
    EXPECT_TRUE(warnings_of({}).empty());
}

TEST(Warnings, CountWhatIsNoisyAndNameTheWorst) {
    report r;
    r.where.cpus = 2;
    r.results = {one("hash", 1, {10, 12, 14, 16, 18}), one("wake", 2, {10, 20, 30, 40, 50}),
                 one("calls", 1, {10, 10, 10, 10, 10}), one("race", 1, {1})};
    EXPECT_EQ(warnings_of(r),
              std::vector<std::string>{"noisy: the middle half of the runs spreads over more than "
                                       "10 % in 2 of 3 results, most (67 %) in wake, time, user "
                                       "32, 2 threads"});
}

TEST(Warnings, NameTheSuitesThatHaveMoreThreadsThanCpus) {
    report r;
    r.where.cpus = 2;
    r.results = {one("wake", 512, {1}), one("hash", 2, {1}), one("wake", 4, {1}),
                 one("fairness", 8, {1}), one("collide", 9, {})};
    r.results.back().unsupported = "not supported: at all";
    EXPECT_EQ(warnings_of(r),
              std::vector<std::string>{"up to 512 threads share 2 CPUs: wake, fairness"});
}

}  // namespace
}  // namespace futex2::bench
