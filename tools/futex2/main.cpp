// SPDX-License-Identifier: MIT
// The futex2 command. Results go to stdout, progress and errors to stderr.
#include <futex2/futex2.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <exception>
#include <string>

#ifdef FUTEX2_HAS_BENCH
#include "bench.hpp"
#endif
#include "info.hpp"
#include "run.hpp"

namespace futex2::command {
namespace {

constexpr int bad_usage = 2;
constexpr int failed = 1;

// One line, whatever the message is made of.
void complain(std::string message) {
    std::replace(message.begin(), message.end(), '\n', ' ');
    std::fprintf(stderr, "futex2: %s\n", message.c_str());
}

// A result that did not get out is no result.
bool flushed() {
    const bool good = std::fflush(stdout) == 0 && std::ferror(stdout) == 0;
    if (!good) complain("cannot write to the standard output");
    return good;
}

int run(int argc, char** argv) {
    CLI::App app(
        "futex2: run programs with this library's futexes, measure futexes, and show what "
        "this library builds on this machine",
        "futex2");
    app.set_version_flag("--version", std::string("futex2 ") + futex2_version());
    app.require_subcommand(0, 1);
    app.footer(
        "Examples:\n"
        "  futex2 info\n"
        "  futex2 bench all\n"
        "  futex2 run -- ./server\n"
        "  futex2 info --help");
    int status = 0;
    const int own = own_arguments(argc, argv);
    add_info(app, status);
    add_run(app, argv + (own < argc ? own + 1 : argc), status);
#ifdef FUTEX2_HAS_BENCH
    add_bench(app, status);
#endif
    try {
        app.parse(own, argv);
    } catch (const CLI::Success& wanted) {  // --help or --version
        app.exit(wanted);
        return flushed() ? 0 : failed;
    } catch (const CLI::ParseError& error) {
        complain(error.what());
        return bad_usage;
    }
    if (app.get_subcommands().empty()) {
        std::fputs(app.help().c_str(), stdout);
        flushed();
        return bad_usage;
    }
    return flushed() ? status : failed;
}

}  // namespace
}  // namespace futex2::command

int main(int argc, char** argv) {
    try {
        return futex2::command::run(argc, argv);
    } catch (const std::exception& error) {
        futex2::command::complain(error.what());
        return futex2::command::failed;
    }
}
