// SPDX-License-Identifier: MIT
// `futex2 bench --report` and `futex2 bench report` from outside; bench/report tests the page.
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "command_run.hpp"

namespace futex2::command {
namespace {

using nlohmann::json;

#if FUTEX2_HAS_REPORT

class Report : public testing::Test {
  protected:
    void SetUp() override {
        measured_ = run_command("bench --repeat 5 --engine user,std --format json --report " +
                                page_.name() + " -o " + file_.name() + " calls");
        ASSERT_EQ(measured_.status, 0) << measured_.err;
    }

    command_result measured_;
    temporary_file page_;
    temporary_file file_;
};

TEST_F(Report, IsOneFileThatAsksForNothingBesideTheOtherOutputs) {
    const std::string html = page_.text();
    EXPECT_TRUE(html.starts_with("<!doctype html>"));
    EXPECT_NE(html.find("default-src 'none'"), std::string::npos);
    EXPECT_NE(html.find("\"suite\": \"calls\""), std::string::npos);
    EXPECT_EQ(json::parse(measured_.out), json::parse(file_.text()));
}

TEST_F(Report, OfAFileIsThePageThatWasWrittenWhenItWasMeasured) {
    const command_result printed = run_command("bench report " + file_.name());
    EXPECT_EQ(printed.status, 0) << printed.err;
    EXPECT_EQ(printed.out, page_.text());
    const temporary_file written;
    const command_result wrote =
        run_command("bench report " + file_.name() + " -o " + written.name());
    EXPECT_EQ(wrote.status, 0) << wrote.err;
    EXPECT_EQ(wrote.out, "");
    EXPECT_EQ(written.text(), page_.text());
}

TEST_F(Report, RefusesTrafficThatIsNone) {
    const temporary_file traffic;
    std::ofstream(traffic.name()) << "{}";
    const std::string reason = traffic.name() + ": not a count of traffic";
    expect_refused(run_command("bench report " + file_.name() + " --traffic " + traffic.name()),
                   reason);
    expect_refused(
        run_command("bench --report " + page_.name() + " --traffic " + traffic.name() + " calls"),
        reason);
    expect_refused(run_command("bench --traffic " + traffic.name() + " calls"), "--traffic");
}

TEST_F(Report, OfBadArgumentsIsStatus2AndLeavesTheFileAsItWas) {
    const std::string before = page_.text();
    const std::string to_page = " -o " + page_.name();
    expect_refused(run_command("bench report /nowhere/a.json" + to_page), "/nowhere/a.json: No");
    expect_refused(run_command("bench report " + page_.name() + to_page), "not JSON");
    expect_refused(run_command("bench report --engine user " + file_.name()), "--engine");
    expect_refused(run_command("bench report --report x.html " + file_.name()), "--report");
    expect_refused(run_command("bench report"), "A");
    expect_refused(run_command("bench report " + file_.name() + " -o /nowhere/a.html"), "/nowhere");
    expect_refused(run_command("bench --report /nowhere/a.html calls"), "/nowhere/a.html");
    expect_refused(run_command("bench -o " + page_.name() + " --report " + page_.name() + " calls"),
                   "--report");
    EXPECT_EQ(page_.text(), before);
}

#else

TEST(Report, IsRefusedWhereTheCommandWasBuiltWithoutIt) {
    const temporary_file file;
    expect_refused(run_command("bench --report " + file.name() + " calls"),
                   "--report: built without it");
    expect_refused(run_command("bench report a.json"), "report: built without it");
    EXPECT_EQ(file.text(), "");
}

#endif

TEST(ReportHelp, HasExamples) {
    const command_result result = run_command("bench report --help");
    EXPECT_EQ(result.status, 0);
    EXPECT_NE(result.out.find("--traffic"), std::string::npos);
    EXPECT_NE(result.out.find("Examples:\n"), std::string::npos);
}

}  // namespace
}  // namespace futex2::command
