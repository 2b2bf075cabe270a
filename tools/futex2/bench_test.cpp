// SPDX-License-Identifier: MIT
// `futex2 bench` from outside: every suite in small, perf's lines, and bad input.
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
                                         small_suite{"collide", "collide -n 300 --wakes 20"},
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
         results_of("small-words -t 1 -r 0.001 --engine user,pthread --size 8,64"))
        if (one.at("metric") == "bytes per lock")
            bytes[one.at("engine").get<std::string>() + one.at("size").dump()] = one.at("median");
    const std::map<std::string, double> expected = {
        {"user8", 1}, {"user64", 8}, {"pthread32", sizeof(pthread_mutex_t)}};
    EXPECT_EQ(bytes, expected);  // a lock without words is measured once
}

TEST(Oversubscribed, HasAResultForEachNumberOfThreads) {
    const json results = results_of("oversubscribed --engine user --per-cpu 1,3 -r 0.01");
    ASSERT_EQ(results.size(), 2U);
    EXPECT_EQ(results[0].at("variant"), "1 a CPU");
    EXPECT_EQ(results[1].at("variant"), "3 a CPU");
    EXPECT_EQ(results[1].at("threads"), 3 * results[0].at("threads").get<int>());
}

TEST(WaitAny, CostsMoreForMoreWords) {
    for (const char* const how : {"", "--numa --size 8", "--no-spin --in-turn"}) {
        const json results = results_of(std::string("wait-any --engine user -n 3 -r 0.02 ") + how);
        ASSERT_EQ(results.size(), 9U);
        EXPECT_TRUE(results[0].at("variant").get<std::string>().starts_with("3 words, "));
        EXPECT_EQ(results[1].at("variant"), "set up, 1 word");
        EXPECT_EQ(results[8].at("variant"), "set up, 128 words");
        EXPECT_GT(results[8].at("median"), results[1].at("median"));
    }
}

// What scripts made for perf look for.
void expect_line(const std::string& text, const std::string& pattern) {
    EXPECT_TRUE(std::regex_search(text, std::regex(pattern))) << pattern << "\n" << text;
}

TEST(PerfLines, OfHash) {
    const auto result = run_command("bench --engine user hash -t 2 -f 16 -r 0.05");
    ASSERT_EQ(result.status, 0) << result.err;
    expect_line(result.out, "# Running 'futex/hash' benchmark:\n");
    expect_line(result.out, "Run summary \\[PID \\d+\\]: 2 threads, each operating on 16 ");
    expect_line(result.out,
                "\\[thread  0\\] futexes: 0x[0-9a-f]+ \\.\\.\\. 0x[0-9a-f]+ \\[ \\d+ ops/sec \\]");
    expect_line(result.out,
                "Averaged \\d+ operations/sec \\(\\+- +\\d+\\.\\d\\d%\\), total secs = ");
}

TEST(PerfLines, OfWakeAndRequeue) {
    const auto wake = run_command("bench --repeat 2 --engine user wake -t 4");
    expect_line(wake.out, "\\[Run 1\\]: Wokeup 4 of 4 threads in \\d+\\.\\d{4} ms\n");
    const auto requeue = run_command("bench --repeat 2 --engine user requeue -t 4");
    expect_line(requeue.out, "\\[Run 2\\]: Requeued 4 of 4 threads in \\d+\\.\\d{4} ms\n");
    const auto parallel = run_command("bench --repeat 1 --engine user wake-parallel -t 4 -w 2");
    expect_line(parallel.out,
                "\\[Run 1\\]: Avg per-thread latency \\(waking 2/4 threads\\) in \\d+\\.\\d{4} ms "
                "\\(\\+-\\d+\\.\\d\\d%\\)\n");
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
          "hash -t 2 -f 16 -r 0.05", "round-trip -t 2 -r 0.05"}) {
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
        expect_line(run.out, "not supported: ");
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
                                         "contended --cs-ns -1", "--repeat 0 wake",
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
