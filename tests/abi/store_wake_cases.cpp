// SPDX-License-Identifier: MIT
// futex2_store_wake, which the kernel does not have. Correct: stores into a word
// that nobody waits on. After an error nothing has been stored.
#include <cerrno>
#include <climits>

#include "abi/argument_case.hpp"

namespace futex2::abi_test {
namespace {

constexpr call store_wake = call::store_wake;

std::vector<argument_case> single_store_wake_cases() {
    return {
        {store_wake, "correct", {}, 0},
        {store_wake, "policy", {policy()}, 0},
        {store_wake, "count_0", {count(0)}, 0},
        {store_wake, "count_lowest", {count(INT_MIN)}, 0},
        {store_wake, "count_highest", {count(INT_MAX)}, 0},
        {store_wake, "value_too_wide", {expected_too_wide()}, -EINVAL},
        {store_wake, "value_too_wide_count_0", {expected_too_wide(), count(0)}, -EINVAL},
        {store_wake, "misaligned", {misaligned_by_one()}, -EINVAL},
        {store_wake, "misaligned_count_0", {misaligned_by_one(), count(0)}, -EINVAL},
        {store_wake, "aligned_as_plain", {misaligned_by_size()}, -EINVAL},
        {store_wake, "outside", {outside()}, -EFAULT},
        {store_wake, "outside_top", {at(~uint64_t{15})}, -EFAULT},
        {store_wake, "hint_count_0", {hint(-2), count(0)}, -EINVAL},
        {store_wake, "null", {at(0)}, faults},
    };
}

std::vector<check> store_wake_checks() {
    return {
        {"flag", flag(1u << 30), -EINVAL},
        {"value", expected_too_wide(), -EINVAL},
        {"alignment", misaligned_by_one(), -EINVAL, looks_at::address},
        {"address", outside(), -EFAULT, looks_at::address},
    };
}

}  // namespace

std::vector<argument_case> store_wake_cases() {
    std::vector<argument_case> table = single_store_wake_cases();
    append_unknown_flags(table, store_wake);
    append_hints(table, store_wake, 0);
    append_order(table, store_wake, store_wake_checks());
    append_shared(table, store_wake, store_wake_checks(), 0);
    return table;
}

}  // namespace futex2::abi_test
