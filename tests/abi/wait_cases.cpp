// SPDX-License-Identifier: MIT
// futex2_wait. Correct: the value is as expected and the deadline has passed.
#include <cerrno>
#include <climits>

#include "abi/argument_case.hpp"

namespace futex2::abi_test {
namespace {

constexpr call wait = call::wait;

bool read_by_the_library(word_kind kind) {
    return sharing(kind) && !asked_of_the_kernel(kind);
}

std::vector<argument_case> single_wait_cases() {
    return {
        {wait, "correct", {}, -ETIMEDOUT},
        {wait, "policy", {policy()}, -ETIMEDOUT},
        // Values and masks.
        {wait, "expected_too_wide", {expected_too_wide()}, -EINVAL},
        {wait, "mask_too_wide", {mask_too_wide()}, -EINVAL},
        {wait, "mask_all_64", {mask_all_64()}, -EINVAL},
        {wait, "mask_one_bit", {mask(1)}, -ETIMEDOUT},
        {wait, "mask_0", {mask(0)}, -EINVAL},
        // Time.
        {wait, "realtime", {clock_is(CLOCK_REALTIME)}, -ETIMEDOUT},
        {wait, "clock_boottime", {clock_is(CLOCK_BOOTTIME)}, -EINVAL},
        {wait, "clock_coarse", {clock_is(CLOCK_MONOTONIC_COARSE)}, -EINVAL},
        {wait, "clock_negative", {clock_is(-1)}, -EINVAL},
        {wait, "clock_unused", {no_deadline(), clock_is(77), differs()}, -EAGAIN},
        {wait, "nanoseconds_negative", {deadline_is({0, -1})}, -EINVAL},
        {wait, "nanoseconds_most", {deadline_is({0, 999'999'999})}, -ETIMEDOUT},
        {wait, "nanoseconds_a_second", {deadline_is({0, 1'000'000'000})}, -EINVAL},
        {wait, "seconds_negative", {deadline_is({-1, 0})}, -EINVAL},
        {wait,
         "deadline_outside",
         {deadline_at(0xffff800000000000)},
         faults,
         difference{-EFAULT, "unmapped"}},
        {wait, "passed_and_differs", {differs()}, -EAGAIN},
        {wait, "endless_and_differs", {no_deadline(), differs()}, -EAGAIN},
        // A time that does not fit the kernel's 64-bit nanoseconds is far, not wrong.
        {wait, "seconds_most", {deadline_is({LONG_MAX, 999'999'999}), differs()}, -EAGAIN},
        // Addresses.
        {wait, "misaligned", {misaligned_by_one()}, -EINVAL},
        {wait, "aligned_as_plain", {misaligned_by_size()}, -EINVAL},
        {wait, "outside", {outside()}, -EFAULT},
        {wait, "outside_top", {at(~uint64_t{15})}, -EFAULT},
        {wait, "null", {at(0)}, faults, difference{-EFAULT, "unmapped"}},
        {wait, "null_shared", {at(0), only(asked_of_the_kernel, shared())}, -EFAULT},
        {wait,
         "null_shared_read",
         {at(0), only(read_by_the_library, shared())},
         faults,
         difference{-EFAULT, "unmapped"}},
        {wait, "shared_mask_lower", {only(sharing_sequence, shared()), mask(1)}, -ETIMEDOUT},
        {wait, "shared_mask_upper", {only(sharing_sequence, shared()), mask(1ull << 32)}, -ENOTSUP},
        {wait, "shared_value_differs", {only(sharing, shared()), differs()}, -EAGAIN},
    };
}

std::vector<check> wait_checks() {
    return {
        {"flag", flag(1u << 30), -EINVAL},
        {"expected", expected_too_wide(), -EINVAL},
        {"mask_range", mask_too_wide(), -EINVAL},
        {"clock", clock_is(77), -EINVAL},
        {"timespec", deadline_is({0, -1}), -EINVAL},
        {"mask_0", mask(0), -EINVAL},
        {"alignment", misaligned_by_one(), -EINVAL, looks_at::address},
        {"address", outside(), -EFAULT, looks_at::address},
        {"hint", hint(-2), -EINVAL, looks_at::memory},
        {"value", differs(), -EAGAIN, looks_at::memory},
    };
}

}  // namespace

std::vector<argument_case> wait_cases() {
    std::vector<argument_case> table = single_wait_cases();
    append_unknown_flags(table, wait);
    append_hints(table, wait, -ETIMEDOUT);
    append_order(table, wait, wait_checks());
    append_shared(table, wait, wait_checks(), -ETIMEDOUT);
    // Where a bad pointer to the deadline stands: between the clock and the mask.
    const step bad_pointer = deadline_at(0xffff800000000000);
    table.push_back({wait, "clock_before_deadline_pointer", {clock_is(77), bad_pointer}, -EINVAL});
    table.push_back({wait,
                     "deadline_pointer_before_mask_0",
                     {bad_pointer, mask(0)},
                     faults,
                     difference{-EFAULT, "unmapped"}});
    return table;
}

}  // namespace futex2::abi_test
