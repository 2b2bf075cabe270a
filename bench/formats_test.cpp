// SPDX-License-Identifier: MIT
#include "bench/formats.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace futex2::bench {
namespace {

using nlohmann::json;

result one(const std::string& engine, std::vector<double> runs) {
    result r;
    r.suite = "wake";
    r.variant = "-w 1";
    r.engine = engine;
    r.threads = 4;
    r.metric = "time";
    r.unit = "ms";
    r.runs = std::move(runs);
    return r;
}

report sample() {
    report r;
    r.where.version = "1.2.3";
    r.where.host = "odd\xffname";
    r.where.command = {"futex2", "bench"};
    r.results = {one("user", {3, 1, 2}), one("kernel", {8, 8})};
    result none = one("kernel2", {});
    none.unsupported = "not supported: a \"reason\", with a comma";
    r.results.push_back(none);
    r.claims = {{"faster", 4, "x", 5, true}};
    return r;
}

TEST(Json, HoldsEveryRunAndTheirMedian) {
    const json j = json::parse(as_json(sample()));
    EXPECT_EQ(j.at("schema"), "futex2-bench");
    EXPECT_EQ(j.at("schema_version"), json_schema_version);
    const json& user = j.at("results").at(0);
    EXPECT_EQ(user.at("runs"), (json{3, 1, 2}));
    EXPECT_EQ(user.at("median"), 2);
    EXPECT_EQ(user.at("min"), 1);
    EXPECT_EQ(user.at("max"), 3);
    EXPECT_EQ(user.at("unsupported"), nullptr);
    const json& none = j.at("results").at(2);
    EXPECT_EQ(none.at("median"), nullptr);
    EXPECT_EQ(none.at("unsupported"), "not supported: a \"reason\", with a comma");
    EXPECT_FALSE(j.at("claims").at(0).at("holds"));
}

TEST(Csv, QuotesWhatNeedsIt) {
    const std::string text = as_csv(sample());
    EXPECT_NE(text.find("\r\nwake,-w 1,user,32,false,false,4,time,ms,false,2,1,3,3 1 2,\r\n"),
              std::string::npos)
        << text;
    EXPECT_NE(text.find("\"not supported: a \"\"reason\"\", with a comma\"\r\n"),
              std::string::npos);
}

TEST(Simple, IsALineForEachResult) {
    EXPECT_EQ(as_simple(sample()),
              "2 ms wake (-w 1), time, user 32, 4 threads\n"
              "8 ms wake (-w 1), time, kernel 32, 4 threads\n"
              "# wake, kernel2: not supported: a \"reason\", with a comma\n");
}

TEST(Table, PutsEnginesBesideEachOtherAndNamesReasonsAndClaims) {
    const std::string text = as_table(sample());
    EXPECT_NE(text.find("4 x"), std::string::npos) << text;  // 8 ms over 2 ms
    EXPECT_NE(text.find("kernel2: not supported: a \"reason\""), std::string::npos) << text;
    EXPECT_NE(text.find("MISSED"), std::string::npos) << text;
}

TEST(Ratio, FollowsWhichWayIsBetter) {
    result a = one("user", {2});
    result b = one("kernel", {8});
    EXPECT_EQ(times_better(a, b), 4);
    a.higher_is_better = b.higher_is_better = true;
    EXPECT_EQ(times_better(a, b), 0.25);
    b.runs = {0};
    EXPECT_EQ(times_better(a, b), 0);
}

}  // namespace
}  // namespace futex2::bench
