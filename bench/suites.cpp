// SPDX-License-Identifier: MIT
#include "bench/suites.hpp"

namespace futex2::bench {

const std::vector<suite>& suites() {
    static const std::vector<suite> all = {
        {.name = "calls", .make = make_calls, .reference = make_calls_reference},
        {.name = "hash", .make = make_hash, .repeats = 1, .is_perfs = true},
        {.name = "round-trip", .make = make_round_trip},
        {.name = "wait-any", .make = make_wait_any},
        {.name = "wake-latency", .make = make_wake_latency},
        {.name = "wake", .make = make_wake, .repeats = 10, .is_perfs = true},
        {.name = "wake-parallel", .make = make_wake_parallel, .repeats = 10, .is_perfs = true},
        {.name = "requeue", .make = make_requeue, .repeats = 10, .is_perfs = true},
        {.name = "lock-pi", .make = make_lock_pi, .repeats = 1, .is_perfs = true},
        {.name = "collide", .make = make_collide},
        {.name = "numa", .make = make_numa, .both_kinds = true},
        {.name = "uncontended", .make = make_uncontended, .of_locks = true},
        {.name = "contended", .make = make_contended, .repeats = 7, .of_locks = true},
        {.name = "fairness", .make = make_fairness, .repeats = 7, .of_locks = true},
        {.name = "oversubscribed", .make = make_oversubscribed, .of_locks = true},
        {.name = "small-words", .make = make_small_words, .every_size = true, .of_locks = true},
        {.name = "condvar", .make = make_condvar, .of_locks = true},
        {.name = "race", .make = make_race, .repeats = 1, .always_numa = true},
    };
    return all;
}

const suite* suite_named(std::string_view name) {
    for (const suite& s : suites())
        if (s.name == name) return &s;
    return nullptr;
}

}  // namespace futex2::bench
