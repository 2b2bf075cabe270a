// SPDX-License-Identifier: MIT
// `futex2 bench compare` from outside, with reports that the command itself wrote.
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "command_run.hpp"

namespace futex2::command {
namespace {

using nlohmann::json;

class Compare : public testing::Test {
  protected:
    static void SetUpTestSuite() {
        const command_result result =
            run_command("bench --repeat 5 --engine user --format json calls");
        ASSERT_EQ(result.status, 0) << result.err;
        measured = json::parse(result.out, nullptr, false);
    }
    void SetUp() override {
        ASSERT_TRUE(measured.is_object());
        write(before_, measured);
        write(after_, measured);
    }

    static void write(const temporary_file& file, const json& report) {
        std::ofstream(file.name()) << report;
    }
    // The first result that was measured, with its runs that many times as long.
    static json with_first_result(double times) {
        json report = measured;
        for (json& run : report.at("results").at(0).at("runs")) run = run.get<double>() * times;
        return report;
    }
    command_result compare(const std::string& arguments = "") const {
        return run_command("bench compare " + before_.name() + " " + after_.name() + " " +
                           arguments);
    }

    static json measured;
    temporary_file before_;
    temporary_file after_;
};

json Compare::measured;

TEST_F(Compare, OfAReportWithItselfIsUnchanged) {
    const command_result result = compare();
    EXPECT_EQ(result.status, 0);
    EXPECT_EQ(result.err, "");
    EXPECT_EQ(result.out.rfind("0 slower (0 by more than 5 %: !), 0 faster, ", 0), 0u)
        << result.out;
    EXPECT_EQ(lines_of(result.out), 1) << result.out;
}

TEST_F(Compare, WhatGotSlowerBeyondTheThresholdIsStatus1) {
    write(after_, with_first_result(20));
    const command_result result = compare();
    EXPECT_EQ(result.status, 1);
    EXPECT_EQ(result.err, "");
    EXPECT_NE(result.out.find("20 x slower"), std::string::npos) << result.out;
    EXPECT_NE(result.out.find("\n1 slower (1 by more than 5 %: !), "), std::string::npos)
        << result.out;
    EXPECT_EQ(compare("--threshold 1000").status, 1);
    write(after_, with_first_result(9));
    EXPECT_EQ(compare("--threshold 1000").status, 0);
}

TEST_F(Compare, WhatGotFasterIsShownWithStatus0) {
    write(after_, with_first_result(0.05));
    const command_result result = compare();
    EXPECT_EQ(result.status, 0);
    EXPECT_NE(result.out.find("20 x faster"), std::string::npos) << result.out;
}

TEST_F(Compare, TakesTheFormatsOfBench) {
    write(after_, with_first_result(20));
    const size_t pairs = measured.at("results").size();
    const command_result as_json = compare("--format json");
    EXPECT_EQ(as_json.status, 1);
    const json parsed = json::parse(as_json.out, nullptr, false);
    ASSERT_TRUE(parsed.is_object()) << as_json.out;
    EXPECT_EQ(parsed.at("changes").size(), pairs);
    EXPECT_EQ(parsed.at("changes").at(0).at("verdict"), "slower");
    const command_result csv = run_command("bench --format csv compare " + before_.name() + " " +
                                           after_.name() + " --threshold 100");
    EXPECT_EQ(csv.status, 1);
    EXPECT_EQ(lines_of(csv.out), static_cast<long>(pairs) + 1) << csv.out;
    EXPECT_EQ(lines_of(compare("-f simple").out), static_cast<long>(pairs));
}

TEST_F(Compare, AnotherMachineIsSaidAndComparedAllTheSame) {
    json other = measured;
    other.at("context").at("cpu") = "another";
    write(after_, other);
    const command_result result = compare();
    EXPECT_EQ(result.status, 0);
    EXPECT_EQ(lines_of(result.err), 1) << result.err;
    EXPECT_EQ(result.err.rfind("futex2: not the same machine: cpu (", 0), 0u) << result.err;
    EXPECT_EQ(lines_of(result.out), 1) << result.out;
}

TEST_F(Compare, FilesThatAreNoReportsAreStatus2) {
    std::ofstream(after_.name()) << "text";
    expect_refused(compare(), after_.name() + ": not JSON");
    write(after_, {{"schema", "another"}});
    expect_refused(compare(), after_.name() + ": not a report of futex2 bench");
    json newer = measured;
    newer.at("schema_version") = 99;
    write(after_, newer);
    expect_refused(compare(), after_.name() + ": version 99 of the format");
    expect_refused(run_command("bench compare /nowhere/a.json " + before_.name()),
                   "/nowhere/a.json: No such file or directory");
}

TEST_F(Compare, ReportsThatShareNoResultAreStatus2) {
    json other = measured;
    for (json& one : other.at("results")) one.at("suite") = "hash";
    write(after_, other);
    expect_refused(compare(), "no result is in both");
}

TEST_F(Compare, BadArgumentsAreStatus2) {
    for (const char* threshold : {"-1", "1000.5", "nan", "inf", "x", "''"})
        expect_refused(compare(std::string("--threshold ") + threshold), "--threshold");
    expect_refused(compare("--engine user"), "--engine");
    expect_refused(compare("--output c.json"), "--output");
    expect_refused(compare("--format xml"), "--format");
    expect_refused(compare("third.json"), "third.json");
    expect_refused(run_command("bench compare " + before_.name()), "B");
}

TEST_F(Compare, HelpHasExamples) {
    const command_result result = run_command("bench compare --help");
    EXPECT_EQ(result.status, 0);
    EXPECT_NE(result.out.find("--threshold"), std::string::npos);
    EXPECT_NE(result.out.find("Examples:\n"), std::string::npos);
}

}  // namespace
}  // namespace futex2::command
