// SPDX-License-Identifier: MIT
#include "bench/kernel_hash.hpp"

#include <fmt/core.h>

#include <stdexcept>
#include <utility>

#include "bench/child.hpp"
#include "bench/own_process.hpp"
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
    return in_own_process(std::move(work), [slots] { choose(slots); });
}

}  // namespace futex2::bench
