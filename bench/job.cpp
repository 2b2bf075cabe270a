// SPDX-License-Identifier: MIT
#include "bench/job.hpp"

#include <fmt/core.h>

#include <stdexcept>

namespace futex2::bench {

job::job(std::string suite, const target& what, made work)
    : suite_(std::move(suite)), what_(what), work_(std::move(work)) {
    if (supported()) runs_.resize(work_.work->measures().size());
}

std::string job::name() const {
    if (!supported()) return fmt::format("{}, {}", suite_, description(what_));
    const series first = work().measures().front();
    return fmt::format("{}, {} thread{}, {}", suite_, first.threads, first.threads == 1 ? "" : "s",
                       first.engine.empty() ? description(what_) : first.engine);
}

void job::warm_up(watchdog& dog) const {
    dog.watch(name() + ", warm-up");
    static_cast<void>(work_.work->run(dog));
}

void job::run(watchdog& dog) {
    dog.watch(fmt::format("{}, run {}", name(), runs_.front().size() + 1));
    const std::vector<double> numbers = work_.work->run(dog);
    if (numbers.size() != runs_.size())
        throw std::logic_error(name() + ": a run without one number for each series");
    for (size_t i = 0; i < numbers.size(); ++i) runs_[i].push_back(numbers[i]);
    if (const histogram* last = work_.work->distribution()) distribution_ += *last;
}

result job::result_of(const series& s) const {
    result r;
    r.suite = suite_;
    r.variant = s.variant;
    r.engine = s.engine.empty() ? std::string(name_of(what_.engine)) : s.engine;
    r.bits = what_.bits;
    r.numa = what_.numa != s.other_kind;
    r.shared = what_.shared;
    r.threads = s.threads;
    r.metric = s.metric;
    r.unit = s.unit;
    r.higher_is_better = s.higher_is_better;
    return r;
}

std::vector<result> job::results() const {
    if (!supported()) {
        result r = result_of({});
        r.unsupported = reason();
        r.threads = 0;
        return {r};
    }
    std::vector<result> all;
    const std::vector<series> measures = work().measures();
    for (size_t i = 0; i < measures.size(); ++i) {
        all.push_back(result_of(measures[i]));
        all.back().runs = runs_[i];
    }
    all.front().distribution = distribution_.buckets();
    return all;
}

}  // namespace futex2::bench
