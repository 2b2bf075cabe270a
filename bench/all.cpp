// SPDX-License-Identifier: MIT
// The suite of all suites: what each of them measures for the claims.
#include <algorithm>

#include "bench/claims.hpp"
#include "bench/groups.hpp"
#include "bench/placement.hpp"

namespace futex2::bench {
namespace {

enum class sizes { every, one };

class plan {
  public:
    explicit plan(const request& asked) : asked_(asked) {
        if (asked_.how.threads == 0) asked_.how.threads = 512;
        if (asked_.how.seconds == 0) asked_.how.seconds = 0.1;
        cpus_ = placement(asked_.how.nodes).count();
    }

    std::vector<group> groups() {
        add("calls", {asked_.how}, sizes::every, few);
        add_shared_calls();
        add_hash();
        add_round_trips();
        add_wakes();
        add_lock_pi();
        add_tables();
        return std::move(groups_);
    }

  private:
    static constexpr int few = 5;    // runs of what varies little
    static constexpr int many = 7;   // of what wakes threads
    static constexpr int most = 21;  // of what wakes hundreds by one call, on whatever CPU is free

    // Such words are the kernel's, as they are: what is claimed is how little is added to its call.
    void add_shared_calls() {
        settings how = asked_.how;
        if (how.shared || !asked_for(engine_id::user)) return;
        how.shared = true;
        group g{"calls", {}, repeats_of(many)};
        for (const engine_id engine : {engine_id::user, engine_id::kernel2})
            add_job(g, *suite_named("calls"), how, {engine, 32, false, true});
        groups_.push_back(std::move(g));
    }

    // One by one and all at once take turns: what is claimed is their ratio.
    void add_hash() {
        settings alone = asked_.how;
        alone.threads = std::min(2, cpus_);
        alone.alone = true;
        settings together = alone;
        together.alone = false;
        add("hash", {alone, together}, sizes::every, many);
        if (cpus_ <= 2) return;
        together.threads = cpus_;
        add("hash", {together}, sizes::every, few);
    }

    void add_round_trips() {
        settings how = asked_.how;
        how.threads = 2;
        add("round-trip", {how}, sizes::one, many);
        how.spin = false;
        add("round-trip", {how}, sizes::one, many);
        how.spin = true;
        how.threads = 4 * cpus_;
        add("round-trip", {how}, sizes::one, many);
    }

    void add_wakes() {
        settings how = asked_.how;
        how.wakes = 1;
        add("wake", {how}, sizes::one, many);
        how.wakes = how.threads;
        add("wake", {how}, sizes::one, most);
        // As many wakers as CPUs, if the threads can be divided by them.
        how.wakes = how.threads % cpus_ == 0 ? cpus_ : 1;
        add("wake-parallel", {how}, sizes::one, many);
        for (const int requeues : {1, how.threads}) {
            how.requeues = requeues;
            add("requeue", {how}, sizes::one, many);
        }
    }

    void add_lock_pi() {
        settings how = asked_.how;
        how.threads = cpus_;
        add("lock-pi", {how}, sizes::one, few);
    }

    void add_tables() {
        add("collide", {asked_.how}, sizes::one, few);
        group& race = add("race", {asked_.how}, sizes::every, 1);
        race.how = {0, 1};
    }

    std::vector<unsigned> sizes_for(sizes how_many) const {
        if (how_many == sizes::every)
            return asked_.sizes.empty() ? std::vector{8u, 16u, 32u, 64u} : asked_.sizes;
        return {asked_.sizes.empty() ? 32u : asked_.sizes.front()};
    }

    // Both kinds of words, where nothing else was asked; what has no kernel's
    // counterpart of that size is left out instead of being refused.
    group& add(const std::string& name, const std::vector<settings>& ways, sizes how_many,
               int repeats) {
        group g{name, {}, repeats_of(repeats)};
        const suite& which = *suite_named(name);
        for (const engine_id engine : asked_.engines)
            for (const bool numa : {false, true})
                for (const unsigned bits : sizes_for(how_many))
                    for (const settings& how : ways)
                        if (wanted(which, numa))
                            add_job(g, which, how, {engine, bits, numa, how.shared});
        add_reference(which, g.jobs);
        groups_.push_back(std::move(g));
        return groups_.back();
    }

    rounds repeats_of(int repeats) const {
        return {asked_.warm_ups >= 0 ? asked_.warm_ups : 1,
                asked_.repeats > 0 ? asked_.repeats : repeats};
    }
    bool asked_for(engine_id engine) const {
        return std::ranges::find(asked_.engines, engine) != asked_.engines.end();
    }
    bool wanted(const suite& which, bool numa) const {
        return numa || (!asked_.numa && !which.always_numa);
    }

    static void add_job(group& g, const suite& which, const settings& how, const target& what) {
        g.jobs.emplace_back(std::string(which.name), what, which.make(how, what));
    }

    request asked_;
    int cpus_;
    std::vector<group> groups_;
};

}  // namespace

outcome run_all(const request& asked, progress::style style) {
    outcome result = run_groups(asked, style, [&] { return plan(asked).groups(); });
    result.what.claims = claims_of(result.what);
    return result;
}

}  // namespace futex2::bench
