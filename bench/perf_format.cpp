// SPDX-License-Identifier: MIT
#include "bench/perf_format.hpp"

#include <fmt/core.h>
#include <unistd.h>

#include "bench/statistics.hpp"

namespace futex2::bench::perf {
namespace {

const char* privacy(bool shared) {
    return shared ? "shared" : "private";
}

long whole(double value) {
    return static_cast<long>(value);
}

// "in 0.1700 ms (+-3.80%)"
std::string in_ms(const std::vector<double>& ms) {
    return fmt::format("in {:.4f} ms (+-{:.2f}%)", mean(ms), relative_error(ms));
}

}  // namespace

std::string running(const std::string& suite) {
    return fmt::format("# Running 'futex/{}' benchmark:\n", suite);
}

std::string hash_summary(int threads, int futexes, bool shared, double seconds) {
    return fmt::format(
        "Run summary [PID {}]: {} threads, each operating on {} [{}] futexes for {:g} secs.\n\n",
        getpid(), threads, futexes, privacy(shared), seconds);
}

std::string hash_line(int thread, const hash_thread& of) {
    if (of.first == of.last)
        return fmt::format("[thread {:2}] futex: {} [ {} ops/sec ]\n", thread, of.first,
                           whole(of.ops_per_second));
    return fmt::format("[thread {:2}] futexes: {} ... {} [ {} ops/sec ]\n", thread, of.first,
                       of.last, whole(of.ops_per_second));
}

std::string averaged(const std::vector<double>& rates, double seconds, bool silent) {
    return fmt::format("{}Averaged {} operations/sec (+- {:.2f}%), total secs = {:g}\n",
                       silent ? "" : "\n", whole(mean(rates)), relative_error(rates), seconds);
}

std::string wake_summary(int threads, bool shared, const void* word, int wakes) {
    return fmt::format(
        "Run summary [PID {}]: blocking on {} threads (at [{}] futex {}), waking up {} at a "
        "time.\n\n",
        getpid(), threads, privacy(shared), word, wakes);
}

std::string wake_run(int run, int woken, int threads, double ms) {
    return fmt::format("[Run {}]: Wokeup {} of {} threads in {:.4f} ms\n", run, woken, threads, ms);
}

std::string wake_closing(int woken, int threads, const std::vector<double>& ms) {
    return fmt::format("Wokeup {} of {} threads {}\n", woken, threads, in_ms(ms));
}

std::string parallel_summary(const parallel& of, bool shared, const void* word) {
    return fmt::format(
        "Run summary [PID {}]: blocking on {} threads (at [{}] futex {}), {} threads waking up {} "
        "at a time.\n\n",
        getpid(), of.threads, privacy(shared), word, of.wakers, of.wakes);
}

std::string parallel_run(int run, const parallel& of, const std::vector<double>& ms) {
    return fmt::format("[Run {}]: {}", run, parallel_closing(of, ms));
}

std::string parallel_closing(const parallel& of, const std::vector<double>& ms) {
    return fmt::format("Avg per-thread latency (waking {}/{} threads) {}\n", of.wakes, of.threads,
                       in_ms(ms));
}

std::string requeue_summary(const requeue& of, bool shared, const void* from, const void* to) {
    return fmt::format(
        "Run summary [PID {}]: Requeuing {} threads (from [{}] {} to {}{}), {} at a time.\n\n",
        getpid(), of.threads, privacy(shared), from, of.pi ? "PI " : "", to, of.requeues);
}

std::string requeue_run(int run, const requeue& of, int woken, int moved, double ms) {
    if (!of.pi)
        return fmt::format("[Run {}]: Requeued {} of {} threads in {:.4f} ms\n", run, moved,
                           of.threads, ms);
    return fmt::format("[Run {}]: Awoke and Requeued ({}+{}) of {} threads in {:.4f} ms\n", run,
                       woken, moved, of.threads, ms);
}

std::string requeue_closing(const requeue& of, const std::vector<double>& ms) {
    return fmt::format("Requeued {} of {} threads {}\n", of.threads, of.threads, in_ms(ms));
}

std::string lock_pi_summary(int threads, double seconds) {
    return fmt::format(
        "Run summary [PID {}]: {} threads doing pi lock/unlock pairing for {:g} secs.\n\n",
        getpid(), threads, seconds);
}

std::string lock_pi_line(int thread, const void* word, double ops_per_second) {
    return fmt::format("[thread {:3}] futex: {} [ {} ops/sec ]\n", thread, word,
                       whole(ops_per_second));
}

}  // namespace futex2::bench::perf
