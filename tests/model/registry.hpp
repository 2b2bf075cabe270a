// SPDX-License-Identifier: MIT
// The scenarios by name, and how each is run.
#pragma once

#include <string>
#include <vector>

#include "model/chance.hpp"
#include "model/relacy.hpp"
#include "model/search.hpp"

namespace futex2::model {

using explorer = bool (*)(rl::test_params&);

struct scenario {
    std::string name;
    explorer at_random;  // schedule initial_state, and so on, up to iteration_count
    explorer in_turn;    // those of at most context_bound preemptions
};

inline std::vector<scenario>& scenarios() {
    static std::vector<scenario> all;
    return all;
}

// Runs schedules up to one that fails: final_state is then what initial_state takes to
// begin with it.
template <class Suite, template <rl::thread_id_t> class Scheduler>
bool explore(rl::test_params& how) {
    rl::ostringstream failed;
    rl::run_test<Suite, Scheduler<Suite::params::thread_count>>(how, failed, false);
    how.final_state = failed.str();
    return how.test_result == rl::test_result_success;
}

template <class Suite>
struct registration {
    explicit registration(const char* name) {
        scenarios().push_back({name, explore<Suite, chance>, explore<Suite, search>});
    }
};

}  // namespace futex2::model
