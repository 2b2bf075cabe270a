// SPDX-License-Identifier: MIT
// model [--schedules N] [--seed N | --search] [SCENARIO...]: runs scenarios under N random
// schedules each, those of numbers seed, seed + 1, ..., or under all those of 0, 1, 2, ...
// preemptions, as long as N are enough; --list names them.
#include <CLI/CLI.hpp>

#include <algorithm>

#define MODEL_INSTANCES
#include "model/explore.hpp"
#include "model/instances.hpp"

namespace futex2::model {
namespace {

using explorer = bool (*)(const scenario&, rl::test_params&);

class runner {
  public:
    runner(uint64_t schedules, bool quiet) : schedules_(schedules), quiet_(quiet) {}

    bool at_random(const scenario& s, uint64_t seed) const {
        rl::test_params how = parameters();
        how.initial_state = std::to_string(seed);
        how.iteration_count = seed + schedules_ - 1;
        const bool passed = explore<chance>(s, how);
        std::cout << s.name << ": " << how.stop_iteration - seed + 1 << " schedules from " << seed
                  << ": " << verdict(how) << std::endl;
        if (!passed && !quiet_) tell(explore<chance>, s, how);
        return passed;
    }

    // The last search may not come to its end.
    bool in_turn(const scenario& s) const {
        for (unsigned preemptions = 0;; ++preemptions) {
            rl::test_params how = parameters();
            how.search_type = rl::sched_bound;
            how.context_bound = preemptions;
            how.iteration_count = schedules_;
            const bool passed = explore<search>(s, how);
            const bool whole = how.stop_iteration < schedules_;
            std::cout << s.name << ", preemptions up to " << preemptions << ": "
                      << (whole && passed ? "all " : "first ") << how.stop_iteration
                      << " schedules: " << verdict(how) << std::endl;
            if (!passed && !quiet_) tell(explore<search>, s, how);
            if (!passed || !whole) return passed;
        }
    }

  private:
    static constexpr unsigned depth_limit = 20'000;  // steps of a schedule

    rl::test_params parameters() const {
        rl::test_params how;
        how.execution_depth_limit = depth_limit;
        how.output_stream = how.progress_stream = &nowhere_;
        return how;
    }
    static const char* verdict(const rl::test_params& how) {
        return how.test_result == rl::test_result_success ? "passed"
                                                          : rl::test_result_str(how.test_result);
    }
    // Relacy tells the story of a schedule in a run of its own.
    static void tell(explorer run, const scenario& s, rl::test_params how) {
        how.initial_state = how.final_state;
        how.output_stream = &std::cerr;
        how.collect_history = true;
        run(s, how);
    }

    const uint64_t schedules_;
    const bool quiet_;
    mutable std::ostream nowhere_{nullptr};
};

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
    bool search = false;
    app.add_option("--schedules", schedules, "Of each scenario")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    CLI::Option* first = app.add_option("--seed", seed, "Number of the first schedule")
                             ->check(CLI::PositiveNumber)
                             ->capture_default_str();
    app.add_flag("--search", search, "All schedules of 0, 1, 2, ... preemptions, not random ones")
        ->excludes(first);
    app.add_flag("--quiet", quiet, "Do not tell the story of a schedule that fails");
    app.add_flag("--list", list, "Name the scenarios");
    app.add_option("scenario", names, "All, if none is named");
    CLI11_PARSE(app, argc, argv);

    const runner run(schedules, quiet);
    bool passed = true;
    size_t found = 0;
    for (const scenario& s : scenarios()) {
        const bool named = std::ranges::find(names, s.name) != names.end();
        found += named;
        if (list)
            std::cout << s.name << '\n';
        else if (named || names.empty())
            passed = (search ? run.in_turn(s) : run.at_random(s, seed)) && passed;
    }
    if (found != names.size()) {
        std::cerr << "model: no such scenario; --list names them\n";
        return 2;
    }
    return passed ? 0 : 1;
}
