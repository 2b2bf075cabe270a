// SPDX-License-Identifier: MIT
#include "bench/own_process.hpp"

#include <utility>

#include "bench/child.hpp"
#include "bench/lines.hpp"

namespace futex2::bench {
namespace {

class forked final : public workload {
  public:
    forked(std::unique_ptr<workload> work, std::function<void()> first)
        : work_(std::move(work)), first_(std::move(first)) {}

    std::vector<series> measures() const override { return work_->measures(); }

    std::vector<double> run(watchdog& dog) override {
        std::vector<double> values = run_forked(
            [this](watchdog& its) {
                first_();
                work_->run(its);  // a process is slow where it goes for the first time
                std::vector<double> numbers = work_->run(its);
                if (const histogram* last = work_->distribution()) append(numbers, *last);
                return numbers;
            },
            dog);
        last_ = histogram();
        while (values.size() > measures().size()) take(values);
        return values;
    }

    const histogram* distribution() const override { return &last_; }

    std::string closing(const measured& runs) const override { return lines(measures(), runs); }

  private:
    // A distribution comes from the child behind the numbers, two for each bucket.
    static void append(std::vector<double>& numbers, const histogram& all) {
        for (const histogram::bucket& b : all.buckets())
            numbers.insert(numbers.end(),
                           {static_cast<double>(b.bound), static_cast<double>(b.count)});
    }
    void take(std::vector<double>& values) {
        const auto count = static_cast<uint64_t>(values.back());
        values.pop_back();
        last_.add(static_cast<int64_t>(values.back()), count);
        values.pop_back();
    }

    std::unique_ptr<workload> work_;
    std::function<void()> first_;
    histogram last_;  // of the last run; nothing in it where the work has none
};

}  // namespace

std::unique_ptr<workload> in_own_process(std::unique_ptr<workload> work,
                                         std::function<void()> first) {
    return std::make_unique<forked>(std::move(work), std::move(first));
}

}  // namespace futex2::bench
