// SPDX-License-Identifier: MIT
// The lines that `perf bench futex` prints, as perf prints them: people have
// scripts that read them. The format strings are perf's (tools/perf/bench/
// futex-*.c), but for a time that may be a fraction of a second.
#pragma once

#include <string>
#include <vector>

namespace futex2::bench::perf {

struct hash_thread {
    const void* first;
    const void* last;
    double ops_per_second;
};

std::string running(const std::string& suite);

std::string hash_summary(int threads, int futexes, bool shared, double seconds);
std::string hash_line(int thread, const hash_thread& of);
/** Also lock-pi's last line. rates: operations a second of each thread. */
std::string averaged(const std::vector<double>& rates, double seconds, bool silent);

std::string wake_summary(int threads, bool shared, const void* word, int wakes);
std::string wake_run(int run, int woken, int threads, double ms);
std::string wake_closing(int woken, int threads, const std::vector<double>& ms);

struct parallel {
    int threads;
    int wakers;
    int wakes;  // of each waker
};
std::string parallel_summary(const parallel& of, bool shared, const void* word);
/** ms: of each waker. */
std::string parallel_run(int run, const parallel& of, const std::vector<double>& ms);
/** ms: of each run. */
std::string parallel_closing(const parallel& of, const std::vector<double>& ms);

struct requeue {
    int threads;
    int requeues;
    bool pi;
};
std::string requeue_summary(const requeue& of, bool shared, const void* from, const void* to);
/** woken: with PI, how many waiters were given the lock at once. */
std::string requeue_run(int run, const requeue& of, int woken, int moved, double ms);
std::string requeue_closing(const requeue& of, const std::vector<double>& ms);

std::string lock_pi_summary(int threads, double seconds);
std::string lock_pi_line(int thread, const void* word, double ops_per_second);

}  // namespace futex2::bench::perf
