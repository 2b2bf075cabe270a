// SPDX-License-Identifier: MIT
#include "bench/groups.hpp"

#include <fmt/core.h>

#include <chrono>
#include <random>

namespace futex2::bench {
namespace {

int steps_of(const std::vector<group>& groups) {
    int all = 0;
    for (const group& g : groups) all += steps(g.jobs, g.how);
    return all;
}

// What is the same for all jobs of a group, for people.
std::string subject_of(const group& g) {
    for (const job& j : g.jobs) {
        if (!j.supported()) continue;
        const series first = j.work().measures().front();
        return fmt::format("{}{}{}, {} thread{}", g.suite, first.variant.empty() ? "" : ", ",
                           first.variant, first.threads, first.threads == 1 ? "" : "s");
    }
    return g.suite;
}

}  // namespace

outcome run_groups(const request& asked, progress::style style,
                   const std::function<std::vector<group>()>& make) {
    lock_memory(asked.how);
    outcome result{{context_here(asked.how.seed), {}, {}}, {}};
    std::vector<group> groups = make();
    progress shown(style, steps_of(groups));
    watchdog dog{std::chrono::duration<double>(asked.how.patience)};
    std::mt19937_64 random(asked.how.seed);
    for (group& g : groups) {
        const std::string subject = subject_of(g);
        take_turns(
            g.jobs, g.how, random, dog, [&](const job&) { shown.step(subject); },
            [](const job&, int) {});
        for (const job& j : g.jobs) result.add(j);
        g.jobs.clear();
    }
    return result;
}

}  // namespace futex2::bench
