// SPDX-License-Identifier: MIT
// The order in which jobs are run that are compared with each other.
#pragma once

#include <algorithm>
#include <random>
#include <vector>

#include "bench/job.hpp"

namespace futex2::bench {

struct rounds {
    int warm_ups = 0;  // that do not count
    int repeats = 1;
};

/** How many runs they make together. */
inline int steps(const std::vector<job>& jobs, const rounds& how) {
    const auto run =
        std::count_if(jobs.begin(), jobs.end(), [](const job& j) { return j.supported(); });
    return static_cast<int>(run) * (how.warm_ups + how.repeats);
}

/**
 * Runs all jobs that can be run, once a round. What disturbs one so disturbs all; and
 * each round has an order of its own, so that none is always the one behind another.
 * Calls before(job), and after(job, i) behind run i, where warm-ups have numbers below 1.
 */
template <class Before, class After>
void take_turns(std::vector<job>& jobs, const rounds& how, std::mt19937_64& random, watchdog& dog,
                const Before& before, const After& after) {
    std::vector<job*> order;
    for (job& j : jobs)
        if (j.supported()) order.push_back(&j);
    for (int round = 1 - how.warm_ups; round <= how.repeats; ++round) {
        std::shuffle(order.begin(), order.end(), random);
        for (job* j : order) {
            before(*j);
            if (round < 1)
                j->warm_up(dog);
            else
                j->run(dog);
            after(*j, round);
        }
    }
}

}  // namespace futex2::bench
