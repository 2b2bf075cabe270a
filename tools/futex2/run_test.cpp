// SPDX-License-Identifier: MIT
// `futex2 run` from outside: what becomes of the program, and of bad input.
#include <gtest/gtest.h>
#include <limits.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <string>

#include "command_run.hpp"

namespace futex2::command {
namespace {

using nlohmann::json;
using std::filesystem::path;

TEST(command_run, passes_arguments_and_the_exit_status_through) {
    const command_result result = run_command("run -- sh -c 'echo $1 $2; exit 7' sh -- --help");
    EXPECT_EQ(result.status, 7);
    EXPECT_EQ(result.out, "-- --help\n");
    EXPECT_EQ(result.err, "");
}

TEST(command_run, needs_no_dashes) {
    EXPECT_EQ(run_command("run sh -c 'exit 7'").status, 7);
    EXPECT_EQ(run_command("run echo a -- b").out, "a -- b\n");
}

// The command replaces itself: the process that the shell waits for is the program.
TEST(command_run, is_the_program_to_who_waits_for_it) {
    const command_result result = run_command("run -- sh -c 'kill -TERM $$'; echo $?");
    EXPECT_EQ(result.out, "143\n");
    EXPECT_EQ(run_command("run -- sh -c 'exec cat'", "echo text | env").out, "text\n");
}

TEST(command_run, loads_its_library_before_all_others) {
    const command_result alone = run_command("run -- sh -c 'echo $LD_PRELOAD'", "LD_PRELOAD=");
    EXPECT_TRUE(alone.out.ends_with("/libfutex2_run.so\n")) << alone.out;
    const command_result two =
        run_command("run -- sh -c 'echo $LD_PRELOAD'", "LD_PRELOAD=libc.so.6");
    EXPECT_TRUE(two.out.ends_with("/libfutex2_run.so:libc.so.6\n")) << two.out;
}

// As env(1) has it.
TEST(command_run, says_that_there_is_no_such_program) {
    const command_result result = run_command("run -- nonesuch");
    EXPECT_EQ(result.status, 127);
    EXPECT_EQ(result.err, "futex2: run: nonesuch: No such file or directory\n");
}

TEST(command_run, says_that_it_cannot_be_executed) {
    const command_result folder = run_command("run -- /");
    EXPECT_EQ(folder.status, 126);
    EXPECT_EQ(folder.err, "futex2: run: /: Permission denied\n");
}

TEST(command_run, refuses_a_program_into_which_nothing_can_be_loaded) {
    const command_result refused = run_command("run -- '" FUTEX2_STATIC_PROGRAM "'");
    EXPECT_EQ(refused.status, 126);
    EXPECT_EQ(lines_of(refused.err), 1);
    EXPECT_NE(refused.err.find("statically linked"), std::string::npos) << refused.err;

    const temporary_file script;
    std::ofstream(script.name()) << "#! " FUTEX2_STATIC_PROGRAM "\n";
    ASSERT_EQ(chmod(script.name().c_str(), 0700), 0);
    EXPECT_EQ(run_command("run -- " + script.name()).status, 126);
    std::ofstream(script.name()) << "#!/bin/sh\nexit 5\n";
    EXPECT_EQ(run_command("run -- " + script.name()).status, 5);
}

TEST(command_run, refuses_bad_usage) {
    expect_refused(run_command("run"), "no program given");
    expect_refused(run_command("run --"), "no program given");
    expect_refused(run_command("run --nonesuch -- true"), "--nonesuch");
    expect_refused(run_command("run --stats=foo -- true"), "--stats = foo");
}

TEST(command_run, refuses_names_that_are_no_file_for_a_trace) {
    expect_refused(run_command("run --trace"), "--trace");
    expect_refused(run_command("run --trace '' -- true"), "--trace: the file has no name");
    expect_refused(run_command("run --trace= -- true"), "--trace");
    expect_refused(run_command("run --trace --stats -- true"), "Then write ./--stats");
    expect_refused(run_command("run --trace=--stats -- true"), "Then write ./--stats");
    expect_refused(run_command("run --trace a --trace b -- true"), "--trace");
    std::string long_name;
    while (long_name.size() < PATH_MAX) long_name += "/folder";
    expect_refused(run_command("run --trace " + long_name + " -- true"), "name is too long");
}

TEST(command_run, takes_an_option_that_is_given_twice_as_once) {
    const command_result twice = run_command("run --stats --upstream --stats --upstream -- true");
    EXPECT_EQ(twice.status, 0);
    EXPECT_EQ(twice.err.find("futex2 run: "), twice.err.rfind("futex2 run: ")) << twice.err;
}

// The command reads the variables, too.
TEST(command_run, complains_of_the_environment_once) {
    const command_result result =
        run_command("run -- true", "FUTEX2_KERNEL=x FUTEX2_NODES=x FUTEX2_CHECK=x");
    EXPECT_EQ(result.status, 0);
    EXPECT_EQ(lines_of(result.err), 3) << result.err;
}

const std::string program = "'" FUTEX2_RUN_PROGRAM "'";

// The number in this column of the line that begins with this name; -1: no such line.
long told(const std::string& table, const std::string& name, int column) {
    std::istringstream lines(table);
    for (std::string line; std::getline(lines, line);) {
        if (line.find("  " + name + " ") != 0) continue;
        std::istringstream numbers(line.substr(2 + name.size()));
        long number = -1;
        for (int i = 0; i <= column; ++i) numbers >> number;
        return number;
    }
    return -1;
}

TEST(command_run, tells_what_came_of_calls) {
    const command_result result = run_command("run --stats -- " + program + " old_calls");
    EXPECT_EQ(result.status, 0);
    EXPECT_EQ(result.out, "");
    EXPECT_EQ(result.err.find("futex2 run: "), 0u) << result.err;
    EXPECT_NE(result.err.find(" run_program\n"), std::string::npos);
    constexpr int calls = 0, woken = 1, again = 2, timed_out = 3, others = 5;
    EXPECT_EQ(told(result.err, "FUTEX_WAIT", timed_out), 1) << result.err;
    EXPECT_GE(told(result.err, "FUTEX_WAIT", again), 1);
    EXPECT_EQ(told(result.err, "FUTEX_WAIT_BITSET", timed_out), 2);
    EXPECT_EQ(told(result.err, "FUTEX_WAIT_BITSET", others), 1);
    EXPECT_EQ(told(result.err, "FUTEX_WAKE_OP", calls), 11);
    EXPECT_EQ(told(result.err, "FUTEX_WAKE_OP", woken), 12);
    EXPECT_EQ(told(result.err, "left to the kernel", calls), 1);
    EXPECT_EQ(told(result.err, "futex_wait", calls), -1) << "there was none";
}

TEST(command_run, tells_the_calls_of_each_node) {
    const command_result result =
        run_command("run --stats -- " + program + " many_calls", "FUTEX2_NODES=2");
    EXPECT_EQ(told(result.err, "from node 0", 0) + told(result.err, "from node 1", 0), 300000)
        << result.err;
}

TEST(command_run, tells_nothing_where_the_error_output_is_another_file) {
    const temporary_file data;
    const command_result result = run_command("run --stats --trace /nonesuch/trace -- " + program +
                                              " other_error_output 3>" + data.name());
    EXPECT_EQ(result.status, 0);
    EXPECT_EQ(result.err, "");
    EXPECT_EQ(data.text(), "data");
    EXPECT_EQ(run_command("run --stats -- " + program + " exec_again 2>&-").status, 0);
}

json parsed(const std::string& file_name) {
    std::ifstream file(file_name);
    return json::parse(file, nullptr, false);
}

TEST(command_run, writes_a_trace) {
    const temporary_file file;
    const command_result result =
        run_command("run --trace " + file.name() + " -- " + program + " words");
    EXPECT_EQ(result.status, 0);
    EXPECT_EQ(result.err, "");
    const json trace = parsed(file.name());
    ASSERT_TRUE(trace.is_object());
    EXPECT_EQ(trace.at("otherData").at("dropped_events"), 0);
    std::map<std::string, int> names;
    std::set<int> threads;
    for (const json& event : trace.at("traceEvents")) {
        const std::string name = event.at("name");
        ++names[name];
        if (name == "process_name") {
            EXPECT_EQ(event.at("args").at("name"), "run_program");
            continue;
        }
        EXPECT_EQ(event.at("ph"), "X");
        EXPECT_GT(event.at("ts").get<double>(), 0);
        EXPECT_GE(event.at("dur").get<double>(), 0);
        EXPECT_TRUE(event.at("args").at("result").is_number_integer());
        EXPECT_EQ(event.at("args").at("word").get<std::string>().find("0x"), 0u);
        threads.insert(event.at("tid").get<int>());
    }
    EXPECT_EQ(names["process_name"], 1);
    EXPECT_EQ(names["futex_waitv"], 7);
    EXPECT_GE(names["futex_wait"], 8 * 4);
    EXPECT_GE(names["futex_requeue"], 2);
    EXPECT_GE(threads.size(), 5u);
}

// Each process has its own numbers, and its own file.
TEST(command_run, traces_other_processes_in_files_of_their_own) {
    const std::string folder = std::string(P_tmpdir) + "/futex2-traces-" + std::to_string(getpid());
    std::filesystem::create_directory(folder);
    const command_result result =
        run_command("run --trace " + folder + "/t.json -- " + program + " processes");
    EXPECT_EQ(result.status, 0) << result.err;
    int files = 0;
    std::set<int> processes;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        const json trace = parsed(entry.path());
        ASSERT_TRUE(trace.is_object()) << entry.path();
        for (const json& event : trace.at("traceEvents"))
            processes.insert(event.at("pid").get<int>());
        ++files;
    }
    EXPECT_EQ(files, 3) << "the program's, and of the two that it starts anew";
    EXPECT_EQ(processes.size(), 3u);
    EXPECT_TRUE(std::filesystem::exists(folder + "/t.json"));
    std::filesystem::remove_all(folder);
}

// What is there already: the name of the trace is where a link leads, and a file keeps its mode.
TEST(command_run, replaces_a_file_by_a_trace) {
    const temporary_file target, link, dangling;
    const std::string made = dangling.name() + ".made";
    ASSERT_EQ(chmod(target.name().c_str(), 0600), 0);
    for (const auto& [from, to] : {std::pair(link.name(), target.name()),
                                   std::pair(dangling.name(), path(made).filename().string())}) {
        std::filesystem::remove(from);
        std::filesystem::create_symlink(to, from);
        const command_result result =
            run_command("run --trace " + from + " -- " + program + " exec_again");
        EXPECT_EQ(result.err, "");
        EXPECT_TRUE(std::filesystem::is_symlink(from)) << from;
        EXPECT_TRUE(parsed(from).is_object()) << from;
    }
    EXPECT_EQ(std::filesystem::status(target.name()).permissions(),
              std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    std::filesystem::remove(made);
}

TEST(command_run, replaces_nothing_else_by_a_trace) {
    expect_refused(run_command("run --trace / -- true"), "--trace: / is no regular file");
    const temporary_file fifo;
    std::filesystem::remove(fifo.name());
    // It comes while the program runs.
    const command_result late = run_command(
        "run --trace " + fifo.name() + " -- sh -c 'env -u LD_PRELOAD mkfifo " + fifo.name() +
        "; exec " + program.substr(1, program.size() - 2) + " exec_again'");
    EXPECT_EQ(late.status, 0);
    EXPECT_EQ(late.err, "futex2 run: " + fifo.name() + ": Operation not supported\n");
    EXPECT_TRUE(std::filesystem::is_fifo(fifo.name()));
    expect_refused(run_command("run --trace " + fifo.name() + " -- true"), "is no regular file");
}

TEST(command_run, says_how_many_events_a_trace_lacks) {
    const temporary_file file;
    const command_result result =
        run_command("run --trace " + file.name() + " -- " + program + " many_calls");
    EXPECT_EQ(result.status, 0);
    EXPECT_NE(result.err.find("37856 events dropped"), std::string::npos) << result.err;
    const json trace = parsed(file.name());
    ASSERT_TRUE(trace.is_object());
    EXPECT_EQ(trace.at("otherData").at("dropped_events"), 300000 - (1 << 18));
    EXPECT_EQ(trace.at("traceEvents").size(), (1 << 18) + 1u);
}

// The program's exit status is its own, whatever becomes of the file.
TEST(command_run, writes_a_trace_whole_or_not_at_all) {
    const command_result result =
        run_command("run --trace /nonesuch/trace.json -- " + program + " exec_again");
    EXPECT_EQ(result.status, 0);
    EXPECT_EQ(result.err, "futex2 run: /nonesuch/trace.json: No such file or directory\n");

    const temporary_file file;
    EXPECT_EQ(
        run_command("run --trace " + file.name() + " --stats -- " + program + " quick_end").err,
        "");
    EXPECT_EQ(file.text(), "");

    const temporary_file full;
    const command_result limited =
        run_command("run --trace " + full.name() + " -- sh -c 'ulimit -f 1; trap \"\" XFSZ; exec " +
                    program.substr(1, program.size() - 2) + " many_calls'");
    EXPECT_NE(limited.err.find("File too large"), std::string::npos) << limited.err;
    EXPECT_EQ(full.text(), "");
    for (const auto& entry : std::filesystem::directory_iterator(P_tmpdir))
        EXPECT_NE(entry.path().string().find(full.name() + "."), 0u) << entry.path();
}

#ifdef FUTEX2_INLINED_PROGRAM
const std::string inlined = "'" FUTEX2_INLINED_PROGRAM "'";

TEST(command_run, traps_also_in_programs_that_others_start) {
    EXPECT_EQ(run_command("run --trap -- sh -c " + inlined + "' words'").status, 0);
    EXPECT_EQ(run_command("run --trap -- env -i " + inlined + " words").status, 0);
    const command_result other =
        run_command("run --trap --stats -- env -i LD_PRELOAD=libm.so.6 " + inlined + " exec_again");
    EXPECT_EQ(other.status, 0);
    EXPECT_EQ(told(other.err, "futex_wait", 0), 1) << other.err;
}

// The filter stays: what the inner command is not asked for is in force all the same.
TEST(command_run, traps_also_in_programs_that_it_runs_itself_in_a_trap) {
    const std::string again = "run --trap -- '" FUTEX2_COMMAND "' run ";
    EXPECT_EQ(run_command(again + "-- " + inlined + " words").status, 0);
    const command_result told_by_inner = run_command(again + "--stats -- " + inlined + " words");
    EXPECT_EQ(told_by_inner.status, 0);
    EXPECT_GE(told(told_by_inner.err, "futex_wait", 0), 8 * 4) << told_by_inner.err;
    EXPECT_EQ(run_command("run --trap -- env FUTEX2_RUN= " + inlined + " words").status, 0);
}

// Where the library cannot be loaded, here because it is gone.
TEST(command_run, runs_nothing_that_a_trap_would_kill) {
    const temporary_file library;
    std::filesystem::copy_file(FUTEX2_RUN_LIBRARY, library.name(),
                               std::filesystem::copy_options::overwrite_existing);
    const auto run_without = [&](const std::string& how) {
        return run_command("run --trap -- sh -c '" + how + " " + library.name() + "; " +
                               inlined.substr(1, inlined.size() - 2) + " exec_again; echo $?'",
                           "FUTEX2_RUN_LIBRARY=" + library.name());
    };
    EXPECT_EQ(run_without("test -f").out, "0\n") << "the library is still there";
    const command_result gone = run_without("rm");
    EXPECT_EQ(gone.out, "126\n");
    EXPECT_NE(gone.err.find("cannot load this library: --trap would kill it; not run\n"),
              std::string::npos)
        << gone.err;
}

TEST(command_run, does_not_let_a_trap_kill_a_static_program) {
    const command_result result =
        run_command("run --trap -- sh -c '" FUTEX2_STATIC_PROGRAM " true; echo $?'");
    EXPECT_EQ(result.out, "126\n");
    EXPECT_NE(result.err.find("is statically linked: --trap would kill it; not run\n"),
              std::string::npos)
        << result.err;
}

// Else the loader would not load the library.
TEST(command_run, gives_nobody_privileges_in_a_trap) {
    if (geteuid() != 0) GTEST_SKIP() << "cannot make another user's program";
    const temporary_file other_users;
    std::filesystem::copy_file(FUTEX2_INLINED_PROGRAM, other_users.name(),
                               std::filesystem::copy_options::overwrite_existing);
    ASSERT_EQ(chown(other_users.name().c_str(), 1, 1), 0);
    ASSERT_EQ(chmod(other_users.name().c_str(), 04755), 0);
    EXPECT_EQ(run_command("run --trap -- " + other_users.name() + " words").status, 0);
    const command_result counted =
        run_command("run --trap --stats -- " + other_users.name() + " exec_again");
    EXPECT_EQ(told(counted.err, "futex_wait", 0), 1) << counted.err;
}

TEST(command_run, lets_signals_and_statuses_through_a_trap) {
    EXPECT_EQ(run_command("run --trap -- sh -c 'kill -TERM $$'; echo $?").out, "143\n");
    EXPECT_EQ(run_command("run --trap -- sh -c 'kill -SYS $$'; echo $?").out, "159\n");
    EXPECT_EQ(run_command("run --trap -- sh -c 'trap \"exit 9\" SYS; kill -SYS $$'").status, 9);
    EXPECT_EQ(run_command("run --trap -- sh -c 'trap \"\" SYS; kill -SYS $$; exit 8'").status, 8);
    EXPECT_EQ(run_command("run --trap -- sh -c 'exit 7'").status, 7);
}

// As the kernel has it: of all actions an exec keeps this one alone.
TEST(command_run, keeps_an_ignored_signal_over_an_exec_in_a_trap) {
    const std::string ignoring = "run --trap -- sh -c 'trap \"\" SYS; exec ";
    const std::string last = "sh -c \"kill -SYS \\$\\$; exit 8\"'; echo $?";
    EXPECT_EQ(run_command(ignoring + last).out, "8\n");
    EXPECT_EQ(run_command(ignoring + "env env " + last).out, "8\n");
    EXPECT_EQ(run_command(ignoring + "env --default-signal=SYS " + last).out, "159\n");
}
#endif

// The loader would say so, and run the program all the same.
void expect_no_library(const std::string& file) {
    const command_result result = run_command("run -- echo run", "FUTEX2_RUN_LIBRARY=" + file);
    EXPECT_EQ(result.status, 1) << file;
    EXPECT_EQ(result.out, "") << file;
    EXPECT_EQ(lines_of(result.err), 1) << result.err;
}

TEST(command_run, needs_its_library) {
    const command_result missing = run_command("run -- true", "FUTEX2_RUN_LIBRARY=/nonesuch.so");
    EXPECT_EQ(missing.status, 1);
    EXPECT_EQ(missing.err, "futex2: run: /nonesuch.so: No such file or directory\n");
    const command_result two = run_command("run -- true", "FUTEX2_RUN_LIBRARY=/a:b.so");
    EXPECT_EQ(two.status, 1);
    EXPECT_EQ(lines_of(two.err), 1);
    const command_result relative =
        run_command("run -- true", "FUTEX2_RUN_LIBRARY=libfutex2_run.so");
    EXPECT_EQ(relative.status, 1);
    EXPECT_EQ(relative.err, "futex2: run: libfutex2_run.so: must be an absolute path\n");
    for (const char* other : {"/etc/passwd", FUTEX2_STATIC_PROGRAM, FUTEX2_RUN_PROGRAM, "/", "''"})
        expect_no_library(other);
}

TEST(command_run, helps) {
    const command_result result = run_command("run --help");
    EXPECT_EQ(result.status, 0);
    EXPECT_NE(result.out.find("futex2 run -- "), std::string::npos);
}

}  // namespace
}  // namespace futex2::command
