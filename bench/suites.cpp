// SPDX-License-Identifier: MIT
#include "bench/suites.hpp"

namespace futex2::bench {

const std::vector<suite>& suites() {
    static const std::vector<suite> all = {
        {"calls", make_calls, 5, false, false, false, make_calls_reference},
        {"hash", make_hash, 1, true, false},
        {"round-trip", make_round_trip, 5, false, false},
        {"wake-latency", make_wake_latency, 5, false, false},
        {"wake", make_wake, 10, true, false},
        {"wake-parallel", make_wake_parallel, 10, true, false},
        {"requeue", make_requeue, 10, true, false},
        {"lock-pi", make_lock_pi, 1, true, false},
        {"collide", make_collide, 5, false, false},
        {"numa", make_numa, 5, false, false, false, nullptr, true},
        {"uncontended", make_uncontended, 5, false, false, true},
        {"contended", make_contended, 7, false, false, true},
        {"fairness", make_fairness, 7, false, false, true},
        {"race", make_race, 1, false, true},
    };
    return all;
}

const suite* suite_named(std::string_view name) {
    for (const suite& s : suites())
        if (s.name == name) return &s;
    return nullptr;
}

}  // namespace futex2::bench
