// SPDX-License-Identifier: MIT
// The suites: one source file each.
#pragma once

#include <string_view>
#include <vector>

#include "bench/engines.hpp"
#include "bench/settings.hpp"

namespace futex2::bench {

// perf's, with perf's defaults.
made make_hash(const settings& how, const target& what);
made make_wake(const settings& how, const target& what);
made make_wake_parallel(const settings& how, const target& what);
made make_requeue(const settings& how, const target& what);
made make_lock_pi(const settings& how, const target& what);

/** What calls cost that neither sleep nor wake anybody. */
made make_calls(const settings& how, const target& what);

/** The costs that `calls` is compared with; they depend on no engine. */
std::unique_ptr<workload> make_calls_reference();

/** Pairs of threads that wake each other in turn, over two words. */
made make_round_trip(const settings& how, const target& what);

/** One thread waits on many words, another signals one of them. */
made make_wait_any(const settings& how, const target& what);

/** From just before a wake until the woken thread runs. */
made make_wake_latency(const settings& how, const target& what);

/** Wakes while tens of thousands of words are parked. */
made make_collide(const settings& how, const target& what);

/** First waiters on two nodes against a waker. On NUMA words, whatever the target says. */
made make_race(const settings& how, const target& asked);

// Of locks: an engine's own, or the simplest over its words.
made make_uncontended(const settings& how, const target& what);
made make_contended(const settings& how, const target& what);
made make_fairness(const settings& how, const target& what);
made make_oversubscribed(const settings& how, const target& what);
made make_small_words(const settings& how, const target& what);

/** Condition variables: a bounded queue, and a broadcast. */
made make_condvar(const settings& how, const target& what);

/** Words that lie on nodes: of every two, and one for each against one for all. */
made make_numa(const settings& how, const target& what);

struct suite {
    std::string_view name;
    made (*make)(const settings&, const target&);
    int repeats = 5;           // where --repeat says nothing
    bool is_perfs = false;     // perf has it, and its lines
    bool always_numa = false;  // has no sense with plain words
    bool both_kinds = false;   // words without a node and with one, where --numa is not given
    bool every_size = false;   // of words, where --size says nothing; else 32 bits
    bool of_locks = false;
    std::unique_ptr<workload> (*reference)() = nullptr;  // costs that depend on no engine
};

/** All of them, in the order in which `all` runs them. */
const std::vector<suite>& suites();

/** nullptr: there is none of that name. */
const suite* suite_named(std::string_view name);

}  // namespace futex2::bench
