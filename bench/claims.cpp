// SPDX-License-Identifier: MIT
#include "bench/claims.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <functional>

#include "bench/formats.hpp"
#include "bench/statistics.hpp"

namespace futex2::bench {
namespace {

enum class kind_of_words { plain, numa, any };

using predicate = std::function<bool(const result&)>;

predicate is(const std::string& suite, const std::string& variant,
             kind_of_words kind = kind_of_words::any) {
    return [=](const result& r) {
        return r.suite == suite && r.variant == variant && !r.shared &&
               (kind == kind_of_words::any || r.numa == (kind == kind_of_words::numa));
    };
}

class judge {
  public:
    explicit judge(const report& r) : report_(r) {}

    /** The user engine's results of that kind, at least `bound` times better than the kernel's. */
    void faster_than_kernel(const std::string& what, const predicate& which, double bound) {
        std::vector<double> times;
        for (const result* mine : users(which))
            if (const result* kernels = kernels_counterpart(report_, *mine); kernels != nullptr)
                times.push_back(times_better(*mine, *kernels));
        if (!times.empty()) claims_.push_back({what, smallest(times), "x", bound, true});
    }

    /** They take at most `bound` times the kernel's time. */
    void at_most_kernels_time(const std::string& what, const predicate& which, double bound) {
        std::vector<double> times;
        for (const result* mine : users(which))
            if (const result* kernels = kernels_counterpart(report_, *mine); kernels != nullptr)
                times.push_back(median(mine->runs) / median(kernels->runs));
        if (!times.empty()) claims_.push_back({what, largest(times), "x", bound, false});
    }

    /** They are at most `bound` times the other figure of the same kind of word, or the only one.
     */
    void at_most_times(const std::string& what, const predicate& which, const predicate& other,
                       double bound) {
        const std::vector<double> times = ratios(which, other);
        if (!times.empty()) claims_.push_back({what, largest(times), "x", bound, false});
    }

    void at_least_times(const std::string& what, const predicate& which, const predicate& other,
                        double bound) {
        const std::vector<double> times = ratios(which, other);
        if (!times.empty()) claims_.push_back({what, smallest(times), "x", bound, true});
    }

    void at_most(const std::string& what, const predicate& which, double bound) {
        std::vector<double> values;
        std::string unit;
        for (const result* mine : users(which)) {
            values.push_back(median(mine->runs));
            unit = mine->unit;
        }
        if (!values.empty()) claims_.push_back({what, largest(values), unit, bound, false});
    }

    std::vector<claim> claims() && { return std::move(claims_); }

  private:
    std::vector<const result*> those(const predicate& which, const std::string& engine) const {
        std::vector<const result*> found;
        for (const result& r : report_.results)
            if (r.engine == engine && !r.runs.empty() && which(r)) found.push_back(&r);
        return found;
    }
    std::vector<const result*> users(const predicate& which) const { return those(which, "user"); }

    std::vector<double> ratios(const predicate& which, const predicate& other) const {
        std::vector<double> all;
        for (const result* mine : users(which)) {
            const result* base = counterpart(*mine, other);
            if (base != nullptr) all.push_back(median(mine->runs) / median(base->runs));
        }
        return all;
    }

    // The reference, or what the same engine has on the same kind of word.
    const result* counterpart(const result& mine, const predicate& other) const {
        if (const auto fixed = those(other, "reference"); !fixed.empty()) return fixed.front();
        for (const result* r : users(other))
            if (r->bits == mine.bits && r->numa == mine.numa && r->threads == mine.threads)
                return r;
        return nullptr;
    }

    const report& report_;
    std::vector<claim> claims_;
};

void judge_calls(judge& j) {
    const predicate rmw = is("calls", "atomic read-modify-write");
    const predicate notify = is("calls", "std::atomic<uint64_t>::notify_one");
    const predicate wake_numa = is("calls", "wake, nobody waits", kind_of_words::numa);
    const predicate wake_plain = is("calls", "wake, nobody waits", kind_of_words::plain);
    const predicate store_wake = is("calls", "store_wake, nobody waits", kind_of_words::numa);
    const predicate changed = is("calls", "wait, value has changed");
    j.faster_than_kernel("wake, nobody waits, NUMA word: faster than the kernel", wake_numa, 100);
    j.at_most_times("wake, nobody waits, NUMA word: of one atomic read-modify-write", wake_numa,
                    rmw, 2);
    j.at_most_times("store_wake, nobody waits, NUMA word: of one atomic read-modify-write",
                    store_wake, rmw, 2);
    j.faster_than_kernel("wake, nobody waits, plain word: faster than the kernel", wake_plain, 50);
    j.at_most_times("wake, nobody waits, plain word: of libstdc++'s notify_one", wake_plain, notify,
                    1.1);
    j.faster_than_kernel("wait, value has changed: faster than the kernel", changed, 100);
    j.at_most_kernels_time(
        "calls on shared words: of the bare system call's time",
        [](const result& r) { return r.suite == "calls" && r.shared; }, 1.05);
}

void judge_hash(judge& j) {
    j.faster_than_kernel("hash, one thread on each CPU alone: faster than the kernel",
                         is("hash", "alone"), 50);
    j.faster_than_kernel("hash, all at once: faster than the kernel", is("hash", ""), 50);
    j.at_least_times(
        "hash, 2 threads: of the mean of one thread on each CPU",
        [](const result& r) { return r.suite == "hash" && r.variant.empty() && r.threads == 2; },
        is("hash", "alone"), 1.8);
}

void judge_sleeping(judge& j) {
    const auto trip = [](bool spin, bool crowded) {
        return [=](const result& r) {
            return r.suite == "round-trip" && r.variant == (spin ? "" : "no spin") &&
                   (r.threads > 2) == crowded;
        };
    };
    j.at_most_kernels_time("round-trip, no spin: of the kernel's time", trip(false, false), 1.1);
    j.faster_than_kernel("round-trip, default spin, a CPU free: faster than the kernel",
                         trip(true, false), 5);
    j.at_most_kernels_time("round-trip, default spin, 4 threads a CPU: of the kernel's time",
                           trip(true, true), 1.1);
    j.at_most_kernels_time(
        "wake of all: of the kernel's time", [](const result& r) { return r.suite == "wake"; },
        1.15);
    j.faster_than_kernel(
        "requeue of all: faster than the kernel",
        [](const result& r) { return r.suite == "requeue"; }, 5);
}

// The variants' names say how many words are parked.
predicate with_parked(bool many, const std::string& what) {
    return [=](const result& r) {
        const bool few =
            r.variant.starts_with("no word parked") || r.variant.starts_with("1 word parked");
        return r.suite == "collide" && few != many && r.variant.ends_with(what);
    };
}

void judge_tables(judge& j) {
    const std::string found = "wake of a parked word";
    const std::string plain = "wake of a plain word, nobody waits";
    const std::string numa = "wake of a NUMA word, nobody waits";
    j.at_most_times("collide, a wake that finds its word: of that with one parked word",
                    with_parked(true, found), with_parked(false, found), 4);
    j.at_most_times("collide, wake of a NUMA word, nobody waits: of that on an empty table",
                    with_parked(true, numa), with_parked(false, numa), 1.1);
    j.at_most("collide, wake of a plain word, nobody waits", with_parked(true, plain), 500);
    const auto race = [](const std::string& metric) {
        return [=](const result& r) { return r.suite == "race" && r.metric == metric; };
    };
    j.at_most("race, stranded waiters", race("stranded waiters"), 0);
    j.at_most("race, hints that are not -1 at the end", race("hints not -1 at the end"), 0);
}

}  // namespace

std::vector<claim> claims_of(const report& r) {
    judge j(r);
    judge_calls(j);
    judge_hash(j);
    judge_sleeping(j);
    judge_tables(j);
    return std::move(j).claims();
}

}  // namespace futex2::bench
