// SPDX-License-Identifier: MIT
// `futex2 bench` from outside: every suite in small, perf's lines, and bad input.
#include <futex2/sync.h>
#include <gtest/gtest.h>
#include <pthread.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <regex>
#include <string>

#include "command_run.hpp"

namespace futex2::command {
namespace {

using nlohmann::json;

struct small_suite {
    const char* name;
    const char* arguments;
};

class Suite : public testing::TestWithParam<small_suite> {};

TEST_P(Suite, MeasuresTheLibraryAndTheKernelOrSaysWhyNot) {
    const command_result result = run_command(
        std::string("bench --repeat 1 --warmup 0 --format json ") + GetParam().arguments);
    ASSERT_EQ(result.status, 0) << result.err;
    const json report = json::parse(result.out, nullptr, false);
    ASSERT_TRUE(report.is_object()) << result.out;
    ASSERT_FALSE(report.at("results").empty());
    for (const json& one : report.at("results")) {
        EXPECT_EQ(one.at("suite"), GetParam().name);
        if (one.at("unsupported").is_null()) {
            EXPECT_EQ(one.at("runs").size(), 1u) << one;
            EXPECT_GE(one.at("median"), 0) << one;
        } else {
            EXPECT_TRUE(one.at("unsupported").get<std::string>().starts_with("not supported: "));
        }
    }
}

INSTANTIATE_TEST_SUITE_P(All, Suite,
                         testing::Values(small_suite{"calls", "calls --size 8,64"},
                                         small_suite{"hash", "hash -t 2 -f 16 -r 0.05"},
                                         small_suite{"wake", "wake -t 8 -w 3"},
                                         small_suite{"wake-parallel", "wake-parallel -t 8 -w 2"},
                                         small_suite{"requeue", "requeue -t 8 -q 3"},
                                         small_suite{"lock-pi", "lock-pi -t 2 -r 0.05"},
                                         small_suite{"round-trip", "round-trip -t 4 -r 0.05"},
                                         small_suite{"wait-any", "wait-any -n 5 -r 0.05"},
                                         small_suite{"wake-latency",
                                                     "wake-latency -t 3 --wakes 50"},
                                         small_suite{"collide", "collide -n 300 --wakes 20"},
                                         small_suite{"numa", "numa -t 2 -r 0.02"},
                                         small_suite{"uncontended", "uncontended --size 8,64"},
                                         small_suite{"contended", "contended -t 2 -r 0.02"},
                                         small_suite{"fairness", "fairness -t 2 -r 0.02"},
                                         small_suite{"oversubscribed", "oversubscribed -r 0.01"},
                                         small_suite{"small-words", "small-words -t 2 -n 2 -r .01"},
                                         small_suite{"condvar", "condvar -t 3 -r 0.02"},
                                         small_suite{"race", "--numa race --starts 300"}),
                         [](const auto& info_of) {
                             std::string name = info_of.param.name;
                             std::replace(name.begin(), name.end(), '-', '_');
                             return name;
                         });

// Each in a process that chose its table; where the kernel does not let it, that is said.
TEST(KernelHash, IsMeasuredAtSeveralSizes) {
    const command_result result = run_command(
        "bench --repeat 2 --format json --engine kernel-global,kernel-16,kernel-4096 hash -t 2 -f "
        "16 -r 0.02");
    ASSERT_EQ(result.status, 0) << result.err;
    const json results = json::parse(result.out).at("results");
    ASSERT_EQ(results.size(), 3u);
    EXPECT_EQ(results.at(1).at("engine"), "kernel-16");
    for (const json& one : results) {
        if (one.at("unsupported").is_null()) {
            EXPECT_EQ(one.at("runs").size(), 2u) << one;
            EXPECT_GT(one.at("median"), 0) << one;
        }
    }
}

json results_of(const std::string& arguments) {
    const command_result run = run_command("bench --repeat 1 --format json " + arguments);
    EXPECT_EQ(run.status, 0) << run.err;
    return json::parse(run.out).at("results");
}

TEST(SmallWords, TakeTheirBytes) {
    std::map<std::string, double> bytes;
    for (const json& one :
         results_of("small-words -t 1 -r 0.001 --engine user,std,pthread --size 8,64"))
        if (one.at("metric") == "bytes per lock")
            bytes[one.at("engine").get<std::string>() + one.at("size").dump()] = one.at("median");
    const std::map<std::string, double> expected = {
        {"user32", sizeof(futex2_mutex)},  // a lock that is no word is measured once
        {"pthread32", sizeof(pthread_mutex_t)},
        {"std8", 1},
        {"std64", 8}};
    EXPECT_EQ(bytes, expected);
}

TEST(Oversubscribed, HasAResultForEachNumberOfThreads) {
    const json results = results_of("oversubscribed --engine user --per-cpu 1,3 -r 0.01");
    ASSERT_EQ(results.size(), 2U);
    EXPECT_EQ(results[0].at("variant"), "1 a CPU");
    EXPECT_EQ(results[1].at("variant"), "3 a CPU");
    EXPECT_EQ(results[1].at("threads"), 3 * results[0].at("threads").get<int>());
}

TEST(WaitAny, MeasuresWhatEachNumberOfWordsCosts) {
    for (const char* const how : {"", "--numa --size 8", "--no-spin --in-turn"}) {
        const json results = results_of(std::string("wait-any --engine user -n 3 -r 0.02 ") + how);
        ASSERT_EQ(results.size(), 9U);
        EXPECT_TRUE(results[0].at("variant").get<std::string>().starts_with("3 words, "));
        EXPECT_EQ(results[1].at("variant"), "set up, 1 word");
        EXPECT_EQ(results[8].at("variant"), "set up, 128 words");
        for (const json& one : results) EXPECT_GT(one.at("median"), 0) << one;
    }
}

// What scripts made for perf look for.
void expect_line_like(const std::string& text, const std::string& pattern) {
    EXPECT_TRUE(std::regex_search(text, std::regex(pattern))) << pattern << "\n" << text;
}

TEST(PerfLines, OfHash) {
    const auto result = run_command("bench --engine user hash -t 2 -f 16 -r 0.05");
    ASSERT_EQ(result.status, 0) << result.err;
    expect_line_like(result.out, "# Running 'futex/hash' benchmark:\n");
    expect_line_like(result.out, "Run summary \\[PID \\d+\\]: 2 threads, each operating on 16 ");
    expect_line_like(
        result.out,
        "\\[thread  0\\] futexes: 0x[0-9a-f]+ \\.\\.\\. 0x[0-9a-f]+ \\[ \\d+ ops/sec \\]");
    expect_line_like(result.out,
                     "Averaged \\d+ operations/sec \\(\\+- +\\d+\\.\\d\\d%\\), total secs = ");
}

TEST(PerfLines, OfWakeAndRequeue) {
    const auto wake = run_command("bench --repeat 2 --engine user wake -t 4");
    expect_line_like(wake.out, "\\[Run 1\\]: Wokeup 4 of 4 threads in \\d+\\.\\d{4} ms\n");
    const auto requeue = run_command("bench --repeat 2 --engine user requeue -t 4");
    expect_line_like(requeue.out, "\\[Run 2\\]: Requeued 4 of 4 threads in \\d+\\.\\d{4} ms\n");
    const auto parallel = run_command("bench --repeat 1 --engine user wake-parallel -t 4 -w 2");
    expect_line_like(
        parallel.out,
        "\\[Run 1\\]: Avg per-thread latency \\(waking 2/4 threads\\) in \\d+\\.\\d{4} ms "
        "\\(\\+-\\d+\\.\\d\\d%\\)\n");
}

// The histogram is of all wakes of all runs that count, and hangs on the median.
TEST(WakeLatency, HasPercentilesAndTheirHistogram) {
    const auto run = run_command(
        "bench --repeat 3 --warmup 1 --engine user --size 16 --numa --format json wake-latency "
        "-t 2 --wakes 101",
        "FUTEX2_NODES=2");
    ASSERT_EQ(run.status, 0) << run.err;
    const json results = json::parse(run.out).at("results");
    ASSERT_EQ(results.size(), 4u);
    std::vector<double> last(3, 0);
    for (size_t i = 0; i < results.size(); ++i) {
        const json& one = results.at(i);
        EXPECT_EQ(one.at("metric"), (std::vector{"p50", "p99", "p99.9", "max"}.at(i)));
        EXPECT_EQ(one.at("unit"), "us");
        EXPECT_EQ(one.at("threads"), 2);
        EXPECT_EQ(one.at("histogram").is_array(), i == 0);
        const auto runs = one.at("runs").get<std::vector<double>>();
        ASSERT_EQ(runs.size(), last.size());
        for (size_t r = 0; r < runs.size(); ++r) EXPECT_GE(runs[r], last[r]);
        last = runs;
    }
    int64_t wakes = 0;
    for (const json& bucket : results.at(0).at("histogram")) wakes += bucket.at(1).get<int64_t>();
    EXPECT_EQ(wakes, 3 * 102);
    const auto longest = results.at(0).at("histogram").back().at(0).get<double>() / 1e3;
    const double most = *std::max_element(last.begin(), last.end());
    EXPECT_GE(longest, most);
    EXPECT_LE(longest, most * 65 / 64);
}

// Also where it was measured in a child.
TEST(WakeLatency, HasItsHistogramOfEachTableOfTheKernels) {
    const auto run = run_command(
        "bench --repeat 2 --warmup 1 --engine kernel-16 --format json wake-latency --wakes 50");
    ASSERT_EQ(run.status, 0) << run.err;
    const json p50 = json::parse(run.out).at("results").at(0);
    if (!p50.at("unsupported").is_null()) GTEST_SKIP() << p50;
    int64_t wakes = 0;
    for (const json& bucket : p50.at("histogram")) wakes += bucket.at(1).get<int64_t>();
    EXPECT_EQ(wakes, 2 * 50);
}

TEST(WakeLatency, IsDrawn) {
    const auto run = run_command("bench --repeat 1 --engine user wake-latency --wakes 20");
    ASSERT_EQ(run.status, 0) << run.err;
    expect_line_like(run.out, "Run summary: 20 wakes of 1 sleeping thread\\.\n");
    expect_line_like(run.out,
                     "\\[Run 1\\]: p50 [0-9.]+ us, p99 [0-9.]+ us, p99\\.9 [0-9.]+ us, max ");
    expect_line_like(run.out, "p99\\.9: [0-9.]+ us \\(");
    expect_line_like(run.out, "from, us +below +times\n +[0-9.]+ +[0-9.]+ +\\d+ +#+\n");
}

// By node of the thread, then of the word; then what all nodes do at once.
TEST(Numa, MeasuresEachPairOfNodes) {
    for (const std::string kind : {"--engine user --size 8 --numa", "--engine user,kernel"}) {
        const auto run =
            run_command("bench --repeat 1 --format json " + kind + " numa --nodes 2,0 -r 0.02",
                        "FUTEX2_NODES=3");
        ASSERT_EQ(run.status, 0) << run.err;
        const json results = json::parse(run.out).at("results");
        std::vector<std::string> seen;
        for (const json& one : results) {
            if (!one.at("unsupported").is_null() || one.at("engine") != "user") continue;
            EXPECT_GT(one.at("median"), 0) << one;
            const auto variant = one.at("variant").get<std::string>();
            if (seen.empty() || seen.back() != variant) seen.push_back(variant);
        }
        const std::vector<std::string> once = {"node 2, word on 2",    "node 2, word on 0",
                                               "node 0, word on 2",    "node 0, word on 0",
                                               "a word for each node", "one word for all nodes"};
        std::vector<std::string> expected = once;
        // Words of both kinds where --numa does not ask for one alone.
        if (kind.find("--numa") == std::string::npos)
            expected.insert(expected.end(), once.begin(), once.end());
        EXPECT_EQ(seen, expected);
    }
}

TEST(Numa, PrintsMatricesAndSaysWhereTheyMeanLittle) {
    const auto two =
        run_command("bench --repeat 1 --engine user --numa numa -r 0.02 -t 5", "FUTEX2_NODES=2");
    ASSERT_EQ(two.status, 0) << two.err;
    expect_line_like(two.out, "virtual nodes 0, 1; 5 threads on all of them for 0\\.02 secs");
    expect_line_like(two.out,
                     "round trip, us:\n +word on 0 +word on 1\n"
                     "thread on 0 +[0-9.]+ +[0-9.]+\nthread on 1 +[0-9.]+ +[0-9.]+\n");
    expect_line_like(two.out, "one word for all nodes, throughput: [0-9.]+ ops/s \\(");
    const auto one = run_command("bench --repeat 1 --engine user --numa numa", "FUTEX2_NODES=1");
    ASSERT_EQ(one.status, 0) << one.err;
    expect_line_like(one.out, "there is one node, 0; all threads and words are on it\\.");
    EXPECT_EQ(one.out.find("throughput"), std::string::npos) << one.out;
}

TEST(Numa, NamesWhatCannotBe) {
    const auto far = run_command(
        "bench --format simple --engine user --size 8 --numa numa --nodes 128", "FUTEX2_NODES=200");
    EXPECT_EQ(far.status, 0) << far.err;
    expect_line_like(far.out, "not supported: an 8-bit hint names nodes below 128\n");
    for (const char* arguments : {"--nodes 0,0", "--nodes 0,2", "-t 1"}) {
        const auto run = run_command(std::string("bench numa ") + arguments, "FUTEX2_NODES=2");
        EXPECT_EQ(run.status, 2) << arguments << run.out;
        EXPECT_EQ(lines_of(run.err), 1) << run.err;
        EXPECT_EQ(run.out, "") << arguments;
    }
}

// A peer that is not there says why, which is no failure.
class Peer : public testing::TestWithParam<const char*> {};

TEST_P(Peer, RunsOrSaysWhyNot) {
    const std::string engine = GetParam();
    const auto listed = run_command("bench --list");
    ASSERT_EQ(listed.status, 0) << listed.err;
    const bool missing =
        std::regex_search(listed.out, std::regex("\n  " + engine + " .*; not supported: "));
    for (const std::string what :
         {"wake -t 4", "wake -t 4 -w 4", "wake-parallel -t 4 -w 2", "calls --size 8,64",
          "hash -t 2 -f 16 -r 0.05", "round-trip -t 2 -r 0.05", "wake-latency -t 2 --wakes 50",
          "wake-latency --size 8 --wakes 50"}) {
        const auto run =
            run_command("bench --repeat 1 --format simple --engine " + engine + " " + what);
        EXPECT_EQ(run.status, 0) << what << ": " << run.err;
        EXPECT_EQ(run.out.find("not supported") != std::string::npos, missing) << what << run.out;
    }
}

INSTANTIATE_TEST_SUITE_P(All, Peer, testing::Values("std", "boost", "wtf"));

TEST(Peer, CannotDoEverything) {
    for (const char* what : {"requeue -t 2", "collide", "wait-any", "lock-pi -t 2",
                             "--numa wake -t 2", "wake -S -t 2", "--numa race"}) {
        const auto run = run_command(std::string("bench --format simple --engine std ") + what);
        EXPECT_EQ(run.status, 0) << what << ": " << run.err;
        expect_line_like(run.out, "not supported: ");
    }
}

class BadInput : public testing::TestWithParam<const char*> {};

TEST_P(BadInput, IsOneLineAndStatus2) {
    const command_result result = run_command(std::string("bench ") + GetParam());
    EXPECT_EQ(result.status, 2) << result.out << result.err;
    EXPECT_EQ(lines_of(result.err), 1) << result.err;
    EXPECT_EQ(result.out, "");
}

INSTANTIATE_TEST_SUITE_P(All, BadInput,
                         testing::Values("hash -t 0", "hash -f 0 -r 1", "requeue -q 0",
                                         "--engine windows hash", "--size 12 hash", "nothing",
                                         "contended --cs-ns -1", "numa -r 0",
                                         "wake-latency --wakes 0", "wake-latency -t 0",
                                         "wake-latency --wakes many", "--repeat 0 wake",
                                         "--nodes 99 wake", "--format xml wake",
                                         "-o /nowhere/at/all.json wake -t 1", "wake -t x"));

INSTANTIATE_TEST_SUITE_P(OfSuitesThatPerfDoesNotHave, BadInput,
                         testing::Values("wait-any --words 129", "wait-any --words 0",
                                         "wait-any -t 3", "round-trip -t 3",
                                         "oversubscribed --per-cpu 1,0",
                                         "oversubscribed --per-cpu 1001", "small-words -t 5 -n 4",
                                         "small-words --locks 0", "condvar -t 1",
                                         "condvar --places 0", "condvar --waiters 0"));

}  // namespace
}  // namespace futex2::command
