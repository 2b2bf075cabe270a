// SPDX-License-Identifier: MIT
// What the options of the command say.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace futex2::bench {

/** Where 0 stands for a default, the suite knows it. */
struct settings {
    // Of every suite.
    std::vector<int> nodes;  // where the threads run; empty: anywhere
    uint64_t seed = 0;
    double patience = 60;  // seconds without progress before the command gives up
    bool silent = false;
    bool shared = false;
    bool apart = false;  // each run in a process of its own
    bool lock_memory = false;

    // Of some.
    int threads = 0;
    double seconds = 0;          // of a run
    int futexes = 1024;          // hash: of each thread
    bool alone = false;          // hash: each thread by itself, on its CPU
    int wakes = 0;               // wake: at a time, 1; wake-parallel: waking threads, all
    int requeues = 1;            // requeue: at a time
    bool broadcast = false;      // requeue: all at once
    bool pi = false;             // requeue: to a lock with priority inheritance
    bool multi = false;          // lock-pi: a lock for each thread
    bool spin = true;            // round-trip, wait-any: a waiter spins before it sleeps
    double inside_ns = 100;      // contended, fairness, condvar, ...: work under the lock
    double outside_ns = 100;     // and outside, of each thread, times the threads
    int words = 50'000;          // collide
    int any_of = 8;              // wait-any: words that a thread waits on at once
    bool in_turn = false;        // wait-any: they are signalled in turn, else at random
    int locks = 1024;            // small-words
    int places = 16;             // condvar: of the queue
    int waiters = 16;            // condvar: of a broadcast
    int wakes_measured = 200;    // collide: of parked words, a run
    int latencies = 2000;        // wake-latency: wakes, a run
    int64_t starts = 1'000'000;  // race

    std::vector<int> per_cpu = {1, 2, 4, 8, 16, 32};  // oversubscribed: threads, a step each
};

}  // namespace futex2::bench
