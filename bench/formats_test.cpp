// SPDX-License-Identifier: MIT
#include "bench/formats.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "bench/sample_result.hpp"
#include "temporary_file.hpp"

namespace futex2::bench {
namespace {

using nlohmann::json;

report sample_report() {
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
    const json j = json::parse(as_json(sample_report()));
    EXPECT_EQ(j.at("schema"), "futex2-bench");
    EXPECT_EQ(j.at("schema_version"), json_schema_version);
    const json& user = j.at("results").at(0);
    EXPECT_EQ(user.at("runs"), (json{3, 1, 2}));
    EXPECT_EQ(user.at("median"), 2);
    EXPECT_EQ(user.at("min"), 1);
    EXPECT_EQ(user.at("max"), 3);
    EXPECT_EQ(user.at("unsupported"), nullptr);
    EXPECT_EQ(user.at("histogram"), nullptr);
    const json& none = j.at("results").at(2);
    EXPECT_EQ(none.at("median"), nullptr);
    EXPECT_EQ(none.at("unsupported"), "not supported: a \"reason\", with a comma");
    EXPECT_FALSE(j.at("claims").at(0).at("holds"));
}

TEST(Json, HasTheMediansIntervalOfEnoughRuns) {
    report r = sample_report();
    r.results[0].runs = {10, 11, 12, 13, 14, 15, 16};
    const json j = json::parse(as_json(r));
    EXPECT_EQ(j.at("results").at(0).at("median"), 13);
    EXPECT_EQ(j.at("results").at(0).at("low"), 11);
    EXPECT_EQ(j.at("results").at(0).at("high"), 15);
    EXPECT_EQ(j.at("results").at(1).at("low"), nullptr);
    EXPECT_EQ(j.at("results").at(2).at("high"), nullptr);
}

TEST(Json, HasTheWarningsInItsContext) {
    report r = sample_report();
    r.where.cpus = 4;
    EXPECT_EQ(json::parse(as_json(r)).at("context").at("warnings"), json::array());
    r.where.cpus = 2;
    EXPECT_EQ(json::parse(as_json(r)).at("context").at("warnings"),
              json{"up to 4 threads share 2 CPUs: wake"});
}

std::string refusal_of_report(const std::string& path) {
    try {
        read_json(path);
    } catch (const std::invalid_argument& error) {
        return error.what();
    }
    return "";
}

TEST(Json, IsReadAsItWasWritten) {
    report written = sample_report();
    written.where.host = "even name";
    written.where.clock_ns = 20.5;
    written.where.seed = std::numeric_limits<uint64_t>::max();
    written.results[0].runs = {1.0 / 3, 1e-30, 12345678901234.5};
    written.results[0].higher_is_better = written.results[0].numa = true;
    written.results[0].distribution = {{0, 1}, {127, 1}, {std::numeric_limits<int64_t>::max(), 7}};
    // What was not measured has no threads and no metric there.
    written.results[2].threads = 1;
    written.results[2].metric = written.results[2].unit = "";
    EXPECT_EQ(read_json(temporary_file(as_json(written)).name()), written);
}

TEST(Json, WithoutAHistogramIsReadToo) {
    json older = json::parse(as_json(sample_report()));
    for (json& one : older.at("results")) one.erase("histogram");
    EXPECT_TRUE(read_json(temporary_file(older.dump()).name()).results[0].distribution.empty());
}

TEST(Json, ThatIsNoReportIsRefusedInOneLineWithTheFileAndTheReason) {
    const json good = json::parse(as_json(sample_report()));
    const auto changed = [&](const char* where, const json& value) {
        json other = good;
        other[json::json_pointer(where)] = value;
        const temporary_file file(other.dump());
        return refusal_of_report(file.name()).substr(file.name().size());
    };
    const auto content = [](const std::string& text) {
        const temporary_file file(text);
        return refusal_of_report(file.name()).substr(file.name().size());
    };
    const std::string no_report = ": not a report of futex2 bench: ";
    EXPECT_EQ(content(""), ": not JSON");
    EXPECT_EQ(content(good.dump().substr(0, 300)), ": not JSON");
    EXPECT_EQ(content(good.dump() + "x"), ": not JSON");
    EXPECT_EQ(content("[1e999]"), ": not JSON");
    EXPECT_EQ(content(std::string(100'000, '[')), ": nested too deeply");
    EXPECT_EQ(content("7"), no_report + "the whole is not an object");
    EXPECT_EQ(content("{}"), no_report + "schema is not there");
    EXPECT_EQ(changed("/schema", "futex2-info"), no_report + "its schema is another one");
    EXPECT_EQ(changed("/schema_version", 2), ": version 2 of the format, not 1");
    EXPECT_EQ(changed("/context", json::array()), no_report + "context is not an object");
    EXPECT_EQ(changed("/context/cpus", 1.5), no_report + "context.cpus is not a whole number");
    EXPECT_EQ(changed("/context/cpus", int64_t{1} << 31),
              no_report + "context.cpus is not a whole number");
    EXPECT_EQ(changed("/context/command/1", 1), no_report + "context.command[1] is not a string");
    EXPECT_EQ(changed("/results", "none"), no_report + "results is not an array");
    EXPECT_EQ(changed("/results/1", 5), no_report + "results[1] is not an object");
    EXPECT_EQ(changed("/results/1/size", -8), no_report + "results[1].size is not a whole number");
    EXPECT_EQ(changed("/results/1/numa", 1), no_report + "results[1].numa is not true or false");
    EXPECT_EQ(changed("/results/0/runs/2", nullptr),
              no_report + "results[0].runs[2] is not a measure");
    EXPECT_EQ(changed("/results/0/runs/2", 1e-300),
              no_report + "results[0].runs[2] is not a measure");
    const json good_bucket = {5, 1};
    for (const json& bad : {json{5, 1}, json{0, 1}, json{7, 0}, json{7, -1}, json{7.5, 1}, json{7},
                            json{7, 1, 1}, json{uint64_t{1} << 63, 1}, json("7")})
        EXPECT_EQ(changed("/results/0/histogram", json::array({good_bucket, bad})),
                  no_report + "results[0].histogram[1] is not a bucket")
            << bad;
    EXPECT_EQ(changed("/results/0/histogram", 7),
              no_report + "results[0].histogram is not an array");
    EXPECT_EQ(changed("/claims/0/value", "4"), no_report + "claims[0].value is not a number");
    EXPECT_EQ(refusal_of_report("/nowhere/a.json"), "/nowhere/a.json: No such file or directory");
    EXPECT_EQ(refusal_of_report("/"), "/: Is a directory");
    EXPECT_EQ(refusal_of_report("/dev/zero"), "/dev/zero: not JSON");
}

TEST(Csv, QuotesWhatNeedsIt) {
    const std::string text = as_csv(sample_report());
    EXPECT_NE(text.find("\r\nwake,-w 1,user,32,false,false,4,time,ms,false,2,,,1,3,3 1 2,\r\n"),
              std::string::npos)
        << text;
    EXPECT_NE(text.find("\"not supported: a \"\"reason\"\", with a comma\"\r\n"),
              std::string::npos);
}

TEST(Simple, IsALineForEachResult) {
    EXPECT_EQ(as_simple(sample_report()),
              "2 ms wake (-w 1), time, user 32, 4 threads\n"
              "8 ms wake (-w 1), time, kernel 32, 4 threads\n"
              "# wake, kernel2: not supported: a \"reason\", with a comma\n");
}

TEST(Table, PutsEnginesBesideEachOtherAndNamesReasonsAndClaims) {
    const std::string text = as_table(sample_report());
    EXPECT_NE(text.find("4 x"), std::string::npos) << text;  // 8 ms over 2 ms
    EXPECT_NE(text.find("kernel2: not supported: a \"reason\""), std::string::npos) << text;
    EXPECT_NE(text.find("MISSED"), std::string::npos) << text;
}

TEST(Table, SaysHowFarTheNoiseReaches) {
    report r = sample_report();
    r.results[0].runs = {90, 95, 100, 105, 110};
    const std::string text = as_table(r);
    EXPECT_NE(text.find(" 100 +-10%"), std::string::npos) << text;
    EXPECT_NE(text.find(" 8\n"), std::string::npos) << text;
}

TEST(PeersTable, MarksWhatIsBehindBeyondTheNoise) {
    report r;
    r.results = {one("kernel", {4, 4, 4, 4, 4}), one("user", {2, 2, 2, 2, 2}),
                 one("std", {1, 1, 1, 1, 1}), one("boost", {1, 1, 1, 9, 9}),
                 one("wtf", {1.95, 1.95, 1.95, 1.95, 1.95})};
    const std::string text = as_peers_table(r);
    EXPECT_NE(text.find(" 2 (2-2) "), std::string::npos) << text;
    EXPECT_NE(text.find(" 0.5 (0.5-0.5) !"), std::string::npos) << text;
    EXPECT_NE(text.find(" 0.5 (0.5-4.5) "), std::string::npos) << text;
    EXPECT_NE(text.find(" 0.975 (0.975-0.975)\n"), std::string::npos) << text;
    EXPECT_NE(text.find("1 of 4 ratios are behind"), std::string::npos) << text;
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

// "user" is twice as slow, "kernel" has too few runs, and each has one of its own.
comparison compared() {
    const std::vector<double> runs = {100, 101, 99, 100, 102, 98};
    std::vector<double> twice = runs;
    for (double& run : twice) run *= 2;
    report before;
    before.where.kernel = "6.1";
    before.results = {one("user", runs), one("kernel", {8, 8}), one("reference", runs)};
    report after = before;
    after.where.kernel = "6.18";
    after.results = {one("user", twice), one("kernel", {8, 9}), one("kernel2", runs)};
    after.results.back().shared = true;
    return compare(before, after, 10);
}

TEST(ComparisonJson, HasEveryPairAndWhatOnlyOneHas) {
    const json j = json::parse(as_json(compared()));
    EXPECT_EQ(j.at("schema"), "futex2-bench-comparison");
    EXPECT_EQ(j.at("schema_version"), comparison_schema_version);
    EXPECT_EQ(j.at("threshold"), 10);
    EXPECT_EQ(j.at("before").at("kernel"), "6.1");
    EXPECT_EQ(j.at("after").at("kernel"), "6.18");
    ASSERT_EQ(j.at("changes").size(), 2u);
    const json& user = j.at("changes").at(0);
    EXPECT_EQ(user.at("engine"), "user");
    EXPECT_EQ(user.at("before"), 100);
    EXPECT_EQ(user.at("after"), 200);
    EXPECT_EQ(user.at("slowdown"), 2);
    EXPECT_LE(user.at("low"), 2);
    EXPECT_GE(user.at("high"), 2);
    EXPECT_EQ(user.at("verdict"), "slower");
    EXPECT_EQ(user.at("beyond_threshold"), true);
    const json& kernel = j.at("changes").at(1);
    EXPECT_EQ(kernel.at("slowdown"), 1.0625);
    EXPECT_EQ(kernel.at("low"), nullptr);
    EXPECT_EQ(kernel.at("verdict"), "unknown");
    EXPECT_EQ(j.at("only_before").at(0).at("engine"), "reference");
    EXPECT_EQ(j.at("only_after").at(0).at("engine"), "kernel2");
}

TEST(ComparisonCsv, IsALineForEachPair) {
    const std::string text = as_csv(compared());
    EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 3) << text;
    EXPECT_NE(text.find("wake,-w 1,user,32,false,false,4,time,ms,false,100,200,2,"),
              std::string::npos)
        << text;
    EXPECT_NE(text.find(",slower,true\r\n"), std::string::npos) << text;
    EXPECT_NE(text.find(",8,8.5,1.0625,,,unknown,false\r\n"), std::string::npos) << text;
}

TEST(ComparisonSimple, IsALineForEachPair) {
    const std::string text = as_simple(compared());
    EXPECT_EQ(text.rfind("2 1.9", 0), 0u) << text;
    EXPECT_NE(text.find("\n1.062 - - wake (-w 1), time, kernel 32, 4 threads\n"), std::string::npos)
        << text;
}

TEST(ComparisonTable, HasWhatChangedAndCountsTheRest) {
    const std::string text = as_table(compared());
    EXPECT_NE(text.find("  100    200  2 x slower  1.9"), std::string::npos) << text;
    EXPECT_NE(text.find("  !\n"), std::string::npos) << text;
    EXPECT_NE(text.find("\nonly before: wake (-w 1), time, reference 32, 4 threads\n"),
              std::string::npos)
        << text;
    EXPECT_NE(text.find("\nonly after: wake (-w 1), time, kernel2 32 shared, 4 threads\n"),
              std::string::npos)
        << text;
    EXPECT_NE(text.find("\n1 slower (1 by more than 10 %: !), 0 faster, 0 unchanged, 1 unknown "
                        "(fewer than 5 runs, or a run of 0), 1 only before, 1 only after\n"),
              std::string::npos)
        << text;
}

// What stands in the element of that name.
std::string element_of(const std::string& html, const std::string& name) {
    const std::string begin = "<script type=\"application/json\" id=\"" + name + "-json\">";
    const size_t from = html.find(begin) + begin.size();
    return html.substr(from, html.find("</script>", from) - from);
}

TEST(Html, HoldsTheReportAsItIs) {
    const report r = sample_report();
    const std::string html = as_html("the page", {r, as_json(r)}, "");
    EXPECT_TRUE(html.starts_with("the page<script"));
    EXPECT_EQ(json::parse(element_of(html, "report")), json::parse(as_json(r)));
    EXPECT_EQ(json::parse(element_of(html, "traffic")), nullptr);
}

TEST(Html, HoldsWhatTheReportDoesNotSay) {
    report r = sample_report();
    r.where.seed = std::numeric_limits<uint64_t>::max();
    r.results[0].runs = r.results[1].runs = {2, 2, 2, 2, 2};
    const std::string html = as_html("", {r, as_json(r)}, R"({"counts": []})");
    const json derived = json::parse(element_of(html, "derived"));
    EXPECT_EQ(derived.at("seed"), "18446744073709551615");
    EXPECT_EQ(derived.at("engines").at(0), (json{{"name", "user"}, {"meaning", "this library"}}));
    EXPECT_EQ(derived.at("ratios"),
              json::parse(R"([{"mine": 0, "peers": 1, "times": 1, "noise": [1, 1]}])"));
    EXPECT_EQ(json::parse(element_of(html, "traffic")), json::parse(R"({"counts": []})"));
}

TEST(Html, HasNoTextOfAReportThatEndsOrBeginsAnElement) {
    report r = sample_report();
    r.where.host = "</script><script>alert(1)</script><!--";
    const std::string html = as_html("", {r, as_json(r)}, R"({"machine": "</SCRIPT>"})");
    EXPECT_EQ(json::parse(element_of(html, "report")).at("context").at("host"), r.where.host);
    EXPECT_EQ(json::parse(element_of(html, "traffic")).at("machine"), "</SCRIPT>");
    EXPECT_EQ(std::count(html.begin(), html.end(), '<'), 6);  // three elements
}

TEST(Json, ThatIsStoredKeepsKeysThatAreUnknownHere) {
    json with_more = json::parse(as_json(sample_report()));
    with_more["results"][0]["new"] = {1, 2};
    const stored_report stored = read_stored(temporary_file(with_more.dump()).name());
    EXPECT_EQ(json::parse(stored.json), with_more);
    EXPECT_EQ(stored.what.results.size(), 3u);
}

}  // namespace
}  // namespace futex2::bench
