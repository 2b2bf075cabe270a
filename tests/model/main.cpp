// SPDX-License-Identifier: MIT
// model [--schedules N] [--seed N] [SCENARIO...]: runs scenarios under N random schedules
// each, those of numbers seed, seed + 1, ...; --list names them.
#include <CLI/CLI.hpp>

#include <algorithm>

#include "model/registry.hpp"

namespace futex2::model {
namespace {

constexpr unsigned depth_limit = 20'000;  // steps of a schedule

// Relacy tells the story of a schedule that fails in a run of its own.
void tell(const scenario& s, uint64_t schedule) {
    rl::test_params how;
    how.initial_state = std::to_string(schedule);
    how.iteration_count = schedule;
    how.execution_depth_limit = depth_limit;
    how.output_stream = &std::cerr;
    how.collect_history = true;
    s.run(how);
}

bool run(const scenario& s, uint64_t schedules, uint64_t seed, bool quiet) {
    std::ostream nowhere(nullptr);
    rl::test_params how;
    how.initial_state = std::to_string(seed);
    how.iteration_count = seed + schedules - 1;
    how.execution_depth_limit = depth_limit;
    how.output_stream = how.progress_stream = &nowhere;
    const bool passed = s.run(how);
    std::cout << s.name << ": " << how.stop_iteration - seed + 1 << " schedules from " << seed
              << ": " << (passed ? "passed" : rl::test_result_str(how.test_result)) << std::endl;
    if (!passed && !quiet) tell(s, how.stop_iteration);
    return passed;
}

}  // namespace
}  // namespace futex2::model

int main(int argc, char** argv) {
    using namespace futex2::model;
    CLI::App app("Runs the engine's source under relacy");
    uint64_t schedules = 1'000'000;
    uint64_t seed = 1;
    std::vector<std::string> names;
    bool list = false;
    bool quiet = false;
    app.add_option("--schedules", schedules, "Of each scenario")->capture_default_str();
    app.add_option("--seed", seed, "Number of the first schedule")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    app.add_flag("--quiet", quiet, "Do not tell the story of a schedule that fails");
    app.add_flag("--list", list, "Name the scenarios");
    app.add_option("scenario", names, "All, if none is named");
    CLI11_PARSE(app, argc, argv);

    bool passed = true;
    size_t found = 0;
    for (const scenario& s : scenarios()) {
        const bool named = std::ranges::find(names, s.name) != names.end();
        found += named;
        if (list)
            std::cout << s.name << '\n';
        else if (named || names.empty())
            passed = run(s, schedules, seed, quiet) && passed;
    }
    if (found != names.size()) {
        std::cerr << "model: no such scenario; --list names them\n";
        return 2;
    }
    return passed ? 0 : 1;
}
