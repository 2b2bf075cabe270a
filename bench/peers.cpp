// SPDX-License-Identifier: MIT
// What this library and its peers can do alike, suite by suite.
#include <string>
#include <utility>
#include <vector>

#include "bench/groups.hpp"
#include "bench/placement.hpp"

namespace futex2::bench {
namespace {

class peers_plan {
  public:
    explicit peers_plan(const request& asked)
        : asked_(asked), cpus_(placement(asked.how.nodes).count()) {}

    std::vector<group> groups() {
        add("calls", few, [](settings&) {});
        add("hash", few, [this](settings& how) {
            lasts(how, 0.1);
            how.threads = cpus_;
        });
        add_pairs();
        add("wake-latency", few, [](settings& how) { how.latencies = 1000; });
        add_crowds();
        add_locks();
        add("condvar", few, [](settings&) {});
        return std::move(groups_);
    }

  private:
    static constexpr int few = 7;    // runs of what varies little
    static constexpr int many = 15;  // of what depends on who runs when
    static constexpr int some = 9;   // of what does, and takes long

    void add_pairs() {
        add("round-trip", few, [](settings& how) { lasts(how, 0.1); });
        add("round-trip", few, [](settings& how) {
            lasts(how, 0.1);
            how.spin = false;
        });
        add("round-trip", few, [this](settings& how) {
            lasts(how, 0.1);
            how.threads = 4 * cpus_;
        });
        add("wait-any", few, [](settings& how) {
            lasts(how, 0.1);
            how.any_of = 64;
        });
    }

    // Hundreds that sleep on one word.
    void add_crowds() {
        for (const int wakes : {1, crowd})
            add("wake", some, [wakes](settings& how) {
                how.threads = crowd;
                how.wakes = wakes;
            });
        add("wake-parallel", some, [this](settings& how) {
            how.threads = crowd;
            how.wakes = crowd % cpus_ == 0 ? cpus_ : 1;
        });
        add("requeue", few, [](settings& how) {
            how.threads = crowd;
            how.requeues = crowd;
        });
    }

    void add_locks() {
        add("uncontended", few, [](settings&) {});
        for (const int threads : {cpus_, 8, 64})
            for (const double inside : {0., 50., 2000.})
                add("contended", many, [=](settings& how) {
                    lasts(how, 0.05);
                    how.threads = threads;
                    how.inside_ns = inside;
                });
        add("fairness", many, [](settings& how) {
            lasts(how, 0.1);
            how.threads = 8;
        });
        add("oversubscribed", few, [](settings& how) { how.per_cpu = {1, 4, 32}; });
        add("small-words", few, [](settings&) {});
    }

    static void lasts(settings& how, double seconds) {
        if (how.seconds == 0) how.seconds = seconds;
    }

    template <class Change>
    void add(const std::string& name, int repeats, const Change& change) {
        const suite& which = *suite_named(name);
        request one = asked_;
        change(one.how);
        std::vector<job> jobs;
        if (which.of_locks) {
            add_jobs(which, of(one, [](engine_id e) { return !kernel_slots(e); }), jobs);
        } else {
            one.how.apart = true;
            add_jobs(which, one, jobs);
            add_numa_words(which, one, jobs);
            add_reference(which, jobs);
        }
        groups_.push_back({name,
                           std::move(jobs),
                           {asked_.warm_ups >= 0 ? asked_.warm_ups : (which.of_locks ? 1 : 0),
                            asked_.repeats > 0 ? asked_.repeats : repeats}});
    }

    // Of those who have them, beside the plain ones.
    static void add_numa_words(const suite& which, const request& asked, std::vector<job>& jobs) {
        if (asked.numa) return;
        request more =
            of(asked, [](engine_id e) { return e == engine_id::user || e == engine_id::kernel2; });
        more.numa = true;
        add_jobs(which, more, jobs);
    }

    template <class Wanted>
    static request of(request asked, const Wanted& wanted) {
        std::erase_if(asked.engines, [&](engine_id e) { return !wanted(e); });
        return asked;
    }

    static constexpr int crowd = 512;

    const request& asked_;
    int cpus_;
    std::vector<group> groups_;
};

}  // namespace

outcome run_peers(const request& asked, progress::style style) {
    return run_groups(asked, style, [&] { return peers_plan(asked).groups(); });
}

}  // namespace futex2::bench
