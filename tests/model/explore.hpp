// SPDX-License-Identifier: MIT
// How relacy runs a scenario: what it makes of one is compiled once for each number of
// threads, since it takes a compiler longer than the engine.
#pragma once

#include <cstdlib>
#include <memory>

#include "model/chance.hpp"
#include "model/registry.hpp"
#include "model/relacy.hpp"
#include "model/search.hpp"

namespace futex2::model {

template <unsigned threads>
struct stage : rl::test_suite<stage<threads>, threads> {
    static inline const scenario* shown = nullptr;

    stage() : scene_(shown->begin()) {}
    ~stage() { std::destroy_at(scene_); }
    void before() { scene_->before(); }
    void thread(unsigned i) { scene_->act(i); }
    void after() { scene_->after(); }

  private:
    scene* scene_;
};

template <unsigned threads, template <rl::thread_id_t> class Scheduler>
bool explore_on_stage(const scenario& s, rl::test_params& how) {
    rl::ostringstream failed;
    stage<threads>::shown = &s;
    rl::run_test<stage<threads>, Scheduler<threads>>(how, failed, false);
    how.final_state = failed.str();
    return how.test_result == rl::test_result_success;
}

// Runs schedules up to one that fails: final_state is then what initial_state takes to
// begin with it. By chance: schedule initial_state, and so on, up to iteration_count; by
// search: those of at most context_bound preemptions.
template <template <rl::thread_id_t> class Scheduler>
bool explore(const scenario& s, rl::test_params& how) {
    switch (s.threads) {
        case 2:
            return explore_on_stage<2, Scheduler>(s, how);
        case 3:
            return explore_on_stage<3, Scheduler>(s, how);
        case 4:
            return explore_on_stage<4, Scheduler>(s, how);
    }
    std::abort();  // no scenario has more
}

}  // namespace futex2::model
