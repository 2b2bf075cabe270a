// SPDX-License-Identifier: MIT
#include "bench/run.hpp"

#include <fmt/core.h>
#include <sys/mman.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "bench/job.hpp"
#include "bench/own_process.hpp"
#include "bench/turns.hpp"

namespace futex2::bench {
namespace {

std::vector<target> targets_of(const suite& which, const request& asked) {
    std::vector<target> all;
    const std::vector<unsigned> one = {target{}.bits};
    const std::vector<unsigned> normal = which.every_size ? std::vector{8u, 16u, 32u, 64u} : one;
    const std::vector<unsigned> sizes = asked.sizes.empty() ? normal : asked.sizes;
    std::vector<bool> kinds = {asked.numa || which.always_numa};
    if (which.both_kinds && !asked.numa) kinds = {false, true};
    for (const engine_id engine : asked.engines)
        for (const unsigned bits : (which.of_locks && has_own_lock(engine)) ? one : sizes)
            for (const bool numa : kinds) all.push_back({engine, bits, numa, asked.how.shared});
    return all;
}

// What is said of each job: at once where there is one alone, else when all are through.
class telling {
  public:
    telling(const text_sink& sink, const std::vector<job>& jobs)
        : sink_(sink), jobs_(jobs), said_(jobs.size()) {}

    void add(const job& j, const std::string& text) {
        if (jobs_.size() == 1)
            sink_(text);
        else
            said_[static_cast<size_t>(&j - jobs_.data())] += text;
    }

    void finish() const {
        if (jobs_.size() == 1) return;
        for (const std::string& text : said_) sink_(text);
    }

  private:
    const text_sink& sink_;
    const std::vector<job>& jobs_;
    std::vector<std::string> said_;
};

void introduce(const job& j, bool among_others, telling& told) {
    if (!j.supported()) {
        told.add(j, fmt::format("# {}: {}\n", description(j.what()), j.reason()));
        return;
    }
    if (among_others) told.add(j, fmt::format("# {}\n", j.name()));
    told.add(j, j.work().heading());
}

}  // namespace

void add_reference(const suite& which, std::vector<job>& jobs) {
    if (which.reference != nullptr)
        jobs.emplace_back(std::string(which.name), target{engine_id::user, 64, false, false},
                          made{which.reference(), ""});
}

// What is compared with engines whose runs are new processes, each with a table of its own,
// runs so as well: to wake 512 threads took futex(2) a quarter longer in a process that had had
// thousands.
static bool in_own_processes(const request& asked) {
    return asked.how.apart || std::any_of(asked.engines.begin(), asked.engines.end(),
                                          [](engine_id e) { return kernel_slots(e).has_value(); });
}

void add_jobs(const suite& which, const request& asked, std::vector<job>& jobs) {
    const std::string name(which.name);
    const bool apart = in_own_processes(asked);
    for (const target& what : targets_of(which, asked)) {
        made one = which.make(asked.how, what);
        if (apart && one.work != nullptr && !kernel_slots(what.engine))
            one.work = in_own_process(std::move(one.work));
        jobs.emplace_back(name, what, std::move(one));
    }
}

std::vector<job> jobs_of(const suite& which, const request& asked) {
    std::vector<job> jobs;
    add_jobs(which, asked, jobs);
    add_reference(which, jobs);
    return jobs;
}

bool compares(const suite& which, const request& asked) {
    return targets_of(which, asked).size() > 1 || which.reference != nullptr;
}

outcome run_suite(const suite& which, const request& asked, const text_sink& text,
                  progress::style style) {
    lock_memory(asked.how);
    const context here = context_here(asked.how.seed);
    std::vector<job> jobs = jobs_of(which, asked);
    const int usual = which.is_perfs ? 0 : 1;  // perf has none
    const rounds how{asked.warm_ups >= 0 ? asked.warm_ups : usual,
                     asked.repeats > 0 ? asked.repeats : which.repeats};
    progress shown(style, steps(jobs, how));
    watchdog dog{std::chrono::duration<double>(asked.how.patience)};
    std::mt19937_64 random(asked.how.seed);
    telling told(text, jobs);
    for (const job& j : jobs) introduce(j, jobs.size() > 1, told);
    take_turns(
        jobs, how, random, dog, [&](const job& j) { shown.step(j.name()); },
        [&](const job& j, int run) {
            if (run >= 1) told.add(j, j.work().text_of_run(run));
        });
    outcome result{{here, {}, {}}, {}};
    for (const job& j : jobs) {
        if (j.supported()) told.add(j, j.work().closing(j.runs()) + j.distribution().text());
        result.add(j);
    }
    told.finish();
    return result;
}

void outcome::add(const job& j) {
    for (bench::result& r : j.results()) what.results.push_back(std::move(r));
    if (std::string failure = j.failure(); !failure.empty()) failures.push_back(std::move(failure));
}

void lock_memory(const settings& how) {
    if (how.lock_memory && mlockall(MCL_CURRENT | MCL_FUTURE) != 0)
        throw std::system_error(errno, std::generic_category(), "mlockall");
}

}  // namespace futex2::bench
