// SPDX-License-Identifier: MIT
#include "bench/kernel_hash.hpp"

#include <fmt/core.h>

#include <stdexcept>
#include <utility>

#include "bench/child.hpp"
#include "bench/lines.hpp"
#include "kernel/private_hash.hpp"

namespace futex2::bench {
namespace {

// The kernel may round the number, or give none.
void choose(unsigned slots) {
    if (const long answer = kernel::set_private_hash_slots(slots); answer < 0)
        throw std::runtime_error(
            fmt::format("not supported: this kernel has no PR_FUTEX_HASH (error {})", -answer));
    if (const long has = kernel::private_hash_slots(); has != static_cast<long>(slots))
        throw std::runtime_error(
            fmt::format("not supported: asked for {} buckets, this kernel gave {}", slots, has));
}

class in_child final : public workload {
  public:
    in_child(unsigned slots, std::unique_ptr<workload> work)
        : slots_(slots), work_(std::move(work)) {}

    std::vector<series> measures() const override { return work_->measures(); }

    std::vector<double> run(watchdog& dog) override {
        std::vector<double> values = run_forked(
            [this](watchdog& its) {
                choose(slots_);
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

    unsigned slots_;
    std::unique_ptr<workload> work_;
    histogram last_;  // of the last run; nothing in it where the work has none
};

}  // namespace

std::string kernel_hash_missing(unsigned slots) {
    watchdog dog{std::chrono::seconds(60)};
    try {
        run_forked(
            [slots](watchdog&) {
                choose(slots);
                return std::vector<double>{};
            },
            dog);
    } catch (const std::runtime_error& error) {
        return error.what();
    }
    return "";
}

std::unique_ptr<workload> with_kernel_hash(unsigned slots, std::unique_ptr<workload> work) {
    return std::make_unique<in_child>(slots, std::move(work));
}

}  // namespace futex2::bench
