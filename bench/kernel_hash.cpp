// SPDX-License-Identifier: MIT
#include "bench/kernel_hash.hpp"

#include <fmt/format.h>

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
        return run_forked(
            [this](watchdog& its) {
                choose(slots_);
                return work_->run(its);
            },
            dog);
    }

    std::string closing(const measured& runs) const override { return lines(measures(), runs); }

  private:
    unsigned slots_;
    std::unique_ptr<workload> work_;
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
