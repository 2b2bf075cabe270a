// SPDX-License-Identifier: MIT
// `futex2 run` from outside: what becomes of the program, and of bad input.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <fstream>
#include <string>

#include "command_run.hpp"

namespace futex2::command {
namespace {

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
    const command_result program = run_command("run -- '" FUTEX2_STATIC_PROGRAM "'");
    EXPECT_EQ(program.status, 126);
    EXPECT_EQ(lines_of(program.err), 1);
    EXPECT_NE(program.err.find("statically linked"), std::string::npos) << program.err;

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
}

TEST(command_run, needs_its_library) {
    const command_result missing = run_command("run -- true", "FUTEX2_RUN_LIBRARY=/nonesuch.so");
    EXPECT_EQ(missing.status, 1);
    EXPECT_EQ(missing.err, "futex2: run: /nonesuch.so: No such file or directory\n");
    const command_result two = run_command("run -- true", "FUTEX2_RUN_LIBRARY=/a:b.so");
    EXPECT_EQ(two.status, 1);
    EXPECT_EQ(lines_of(two.err), 1);
}

TEST(command_run, helps) {
    const command_result result = run_command("run --help");
    EXPECT_EQ(result.status, 0);
    EXPECT_NE(result.out.find("futex2 run -- "), std::string::npos);
}

}  // namespace
}  // namespace futex2::command
