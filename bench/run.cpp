// SPDX-License-Identifier: MIT
#include "bench/run.hpp"

#include <fmt/format.h>
#include <sys/mman.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "bench/job.hpp"

namespace futex2::bench {
namespace {

std::vector<target> targets_of(const suite& which, const request& asked) {
    std::vector<target> all;
    const std::vector<unsigned> sizes = asked.sizes.empty() ? std::vector{32u} : asked.sizes;
    for (const engine_id engine : asked.engines)
        for (const unsigned bits : sizes)
            all.push_back({engine, bits, asked.numa || which.always_numa, asked.how.shared});
    return all;
}

std::vector<job> jobs_of(const suite& which, const request& asked) {
    std::vector<job> jobs;
    const std::string name(which.name);
    for (const target& what : targets_of(which, asked))
        jobs.emplace_back(name, what, which.make(asked.how, what));
    if (which.name == "calls")
        jobs.emplace_back(name, target{engine_id::user, 64, false, false},
                          made{make_calls_reference(), ""});
    return jobs;
}

struct one_suite {
    const suite& which;
    const text_sink& text;
    progress& shown;
    int repeats;
    int warm_ups;
    bool labelled;  // there are several targets to tell apart

    void run(job& j, watchdog& dog) const {
        if (!j.supported()) {
            text(fmt::format("# {}: {}\n", description(j.what()), j.reason()));
            return;
        }
        if (labelled) text(fmt::format("# {}\n", j.name()));
        text(j.work().heading());
        for (int i = 0; i < warm_ups; ++i) {
            shown.step(j.name());
            j.warm_up(dog);
        }
        for (int i = 1; i <= repeats; ++i) {
            shown.step(j.name());
            j.run(dog);
            text(j.work().text_of_run(i));
        }
        text(j.work().closing(j.runs()));
    }
};

}  // namespace

outcome run_suite(const suite& which, const request& asked, const text_sink& text,
                  progress::style style) {
    lock_memory(asked.how);
    const context here = context_here(asked.how.seed);
    std::vector<job> jobs = jobs_of(which, asked);
    const int repeats = asked.repeats > 0 ? asked.repeats : which.repeats;
    const int warm_ups = std::max(asked.warm_ups, 0);
    progress shown(style, static_cast<int>(jobs.size()) * (repeats + warm_ups));
    watchdog dog{std::chrono::duration<double>(asked.how.patience)};
    outcome result{{here, {}, {}}, {}};
    const one_suite runner{which, text, shown, repeats, warm_ups, jobs.size() > 1};
    for (job& j : jobs) {
        runner.run(j, dog);
        for (bench::result& r : j.results()) result.what.results.push_back(std::move(r));
        if (const std::string failure = j.failure(); !failure.empty())
            result.failures.push_back(failure);
    }
    return result;
}

void lock_memory(const settings& how) {
    if (how.lock_memory && mlockall(MCL_CURRENT | MCL_FUTURE) != 0)
        throw std::system_error(errno, std::generic_category(), "mlockall");
}

}  // namespace futex2::bench
