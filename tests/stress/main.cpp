// SPDX-License-Identifier: MIT
// stress [--seconds N | --operations N] [--seed N] [--threads N] [NAME...]: runs storms;
// --list names them.
#include <fmt/core.h>
#include <futex2/testing.h>
#include <signal.h>
#include <stdio.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <random>

#include "stress/report.hpp"
#include "stress/storm.hpp"

namespace futex2::stress {

std::vector<storm>& storms() {
    static std::vector<storm> all;
    return all;
}

namespace {

struct options {
    double seconds = 0;
    uint64_t operations = 0;
    uint64_t seed = 0;
    unsigned threads = 0;
    double patience = 30;
};

// A sanitizer says more by itself.
void report_faults() {
    if (FUTEX2_SANITIZED != 0) return;
    struct sigaction action = {};
    // It comes again, and ends the program.
    action.sa_flags = SA_SIGINFO | static_cast<int>(SA_RESETHAND);
    action.sa_sigaction = [](int, siginfo_t* info, void*) {
        say("stress: {}, seed {}: an access to {}", running.name, running.seed, info->si_addr);
    };
    sigaction(SIGSEGV, &action, nullptr);
}

bool run(const storm& s, const options& chosen) {
    running = {s.name, chosen.seed};
    const limit until = chosen.seconds > 0
                            ? limit(std::chrono::duration<double>(chosen.seconds))
                            : limit(chosen.operations > 0 ? chosen.operations : s.operations);
    const unsigned threads = chosen.threads > 0 ? chosen.threads : s.threads;
    // Waiters that sleep at once, that hardly spin, and that spin as they do by themselves.
    const int rounds[] = {0, 20, futex2_testing_set_spin(0)};
    const int spin = rounds[chosen.seed % std::size(rounds)];
    futex2_testing_set_spin(spin);
    const account a =
        s.run({chosen.seed, threads, until, std::chrono::duration<double>(chosen.patience)});
    futex2_testing_set_spin(rounds[2]);
    fmt::print(
        "{}: {} operations, {} wakes, {} waits woken, {} timeouts, lost: {}; seed {}, {} "
        "threads, {} nodes, {} spins{}{}\n",
        s.name, a.operations, a.wakes, a.ended, a.timeouts, a.lost(), chosen.seed, threads,
        futex2_node_count(), spin, a.disturbed.empty() ? "" : "; ", a.disturbed);
    fflush(stdout);
    for (const std::string& wrong : a.wrong)
        say("stress: {}, seed {}: {}", s.name, chosen.seed, wrong);
    return a.wrong.empty();
}

int run_all(const std::vector<std::string>& names, const options& chosen) {
    for (const std::string& name : names)
        if (std::ranges::none_of(storms(), [&](const storm& s) { return s.name == name; })) {
            say("stress: no storm '{}'; --list names them", name);
            return 2;
        }
    report_faults();
    bool passed = true;
    for (const storm& s : storms())
        if (names.empty() || std::ranges::find(names, s.name) != names.end())
            passed = run(s, chosen) && passed;
    return passed ? 0 : 1;
}

void list() {
    for (const storm& s : storms()) fmt::print("{:<16} {}\n", s.name, s.about);
}

}  // namespace
}  // namespace futex2::stress

int main(int argc, char** argv) {
    using namespace futex2::stress;
    std::ranges::sort(storms(), {}, &storm::name);
    CLI::App app("Storms over the library: exact tallies, and no thread stranded");
    options chosen;
    chosen.seed = std::random_device{}();
    std::vector<std::string> names;
    bool wants_list = false;
    auto* seconds = app.add_option("--seconds", chosen.seconds, "How long each storm lasts")
                        ->check(CLI::Range(0.001, 1e6));
    app.add_option("--operations", chosen.operations,
                   "How many operations each storm has (default: its short form)")
        ->check(CLI::Range(uint64_t{1}, uint64_t{1} << 60))
        ->excludes(seconds);
    app.add_option("--seed", chosen.seed, "Of the choices (default: a new one; it is printed)");
    app.add_option("--threads", chosen.threads, "Of each storm (default: the storm's own number)")
        ->check(CLI::Range(8u, 1024u));
    app.add_option("--patience", chosen.patience,
                   "Seconds without progress until a thread counts as stranded")
        ->check(CLI::Range(0.1, 1e6))
        ->capture_default_str();
    app.add_flag("--list", wants_list, "Name the storms");
    app.add_option("storm", names, "All, if none is named");
    try {
        app.parse(argc, argv);
    } catch (const CLI::Success& asked) {
        return app.exit(asked);
    } catch (const CLI::ParseError& error) {
        say("stress: {}", error.what());
        return 2;
    }
    if (wants_list) {
        list();
        return 0;
    }
    return run_all(names, chosen);
}
