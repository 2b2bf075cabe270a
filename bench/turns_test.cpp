// SPDX-License-Identifier: MIT
#include "bench/turns.hpp"

#include <gtest/gtest.h>

#include <string>

namespace futex2::bench {
namespace {

// Writes its letter down at each run.
class letter final : public workload {
  public:
    letter(char name, std::string& log) : name_(name), log_(log) {}

    std::vector<series> measures() const override { return {{"", 1, "time", "ns"}}; }
    std::vector<double> run(watchdog&) override {
        log_ += name_;
        return {1};
    }

  private:
    char name_;
    std::string& log_;
};

class Turns : public testing::Test {
  protected:
    // The order of the runs of a to d, of which c cannot be run.
    std::string order(uint64_t seed, const rounds& how) {
        std::string log;
        std::vector<job> jobs;
        for (const char name : {'a', 'b', 'c', 'd'})
            jobs.emplace_back("letters", target{},
                              name == 'c' ? made{nullptr, "not supported: c"}
                                          : made{std::make_unique<letter>(name, log), ""});
        watchdog dog{std::chrono::seconds(60)};
        std::mt19937_64 random(seed);
        take_turns(
            jobs, how, random, dog, [](const job&) {},
            [&](const job& j, int i) {
                EXPECT_TRUE(j.supported());
                if (i == how.repeats) ++last_;
                if (i < 1) ++warm_ups_;
            });
        for (const job& j : jobs)
            if (j.supported()) {
                EXPECT_EQ(j.runs()[0].size(), static_cast<size_t>(how.repeats));
            }
        return log;
    }

    int last_ = 0;
    int warm_ups_ = 0;
};

TEST_F(Turns, GiveEachJobARunARound) {
    const std::string log = order(1, {2, 5});
    ASSERT_EQ(log.size(), 7U * 3);
    for (size_t round = 0; round < 7; ++round) {
        std::string of_round = log.substr(3 * round, 3);
        std::sort(of_round.begin(), of_round.end());
        EXPECT_EQ(of_round, "abd") << log;
    }
    EXPECT_EQ(warm_ups_, 2 * 3);
    EXPECT_EQ(last_, 3);
}

TEST_F(Turns, HaveAnOrderForEachRoundThatTheSeedRepeats) {
    const std::string log = order(1, {0, 20});
    EXPECT_EQ(log, order(1, {0, 20}));
    EXPECT_NE(log, order(2, {0, 20}));
    std::vector<std::string> orders;
    for (size_t round = 0; round < 20; ++round) orders.push_back(log.substr(3 * round, 3));
    std::sort(orders.begin(), orders.end());
    orders.erase(std::unique(orders.begin(), orders.end()), orders.end());
    EXPECT_GT(orders.size(), 3U) << log;
}

}  // namespace
}  // namespace futex2::bench
