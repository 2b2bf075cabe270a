// SPDX-License-Identifier: MIT
// futex2_wakev, which the kernel does not have. Correct: two words that nobody
// waits on. Each item is checked as futex2_wake() checks its word.
#include <cerrno>
#include <climits>

#include "abi/argument_case.hpp"

namespace futex2::abi_test {
namespace {

constexpr call wakev = call::wakev;

std::vector<argument_case> single_wakev_cases() {
    step null_plain = at(0);
    null_plain.applies = [](word_kind kind) { return !kind.numa; };
    return {
        {wakev, "correct", {}, 0},
        {wakev, "policy", {policy()}, 0},
        {wakev, "value_unused", {differs()}, 0},
        {wakev, "call_flag_1", {call_flag(1)}, -EINVAL},
        {wakev, "call_flag_private", {call_flag(FUTEX2_PRIVATE)}, -EINVAL},
        {wakev, "call_flag_highest", {call_flag(1u << 31)}, -EINVAL},
        // The array.
        {wakev, "one_item", {words(1)}, 0},
        {wakev, "n_0", {length(0)}, -EINVAL},
        {wakev, "n_most", {words(FUTEX_WAITV_MAX)}, 0},
        {wakev, "n_129", {words(FUTEX_WAITV_MAX + 1)}, -EINVAL},
        {wakev, "n_highest", {length(~0u)}, -EINVAL},
        {wakev, "null", {null_array()}, -EINVAL},
        {wakev, "null_n_0", {null_array(), length(0)}, -EINVAL},
        // Items.
        {wakev, "count_0", {count(0)}, 0},
        {wakev, "count_lowest", {count(INT_MIN)}, 0},
        {wakev, "count_highest", {count(INT_MAX)}, 0},
        {wakev, "second_flag", {second(flag(1u << 4))}, -EINVAL},
        {wakev, "mask_too_wide", {mask_too_wide()}, -EINVAL},
        {wakev, "second_mask_too_wide", {second(mask_too_wide())}, -EINVAL},
        {wakev, "mask_all_64", {mask_all_64()}, -EINVAL},
        {wakev, "mask_0", {mask(0)}, -EINVAL},
        {wakev, "second_mask_0", {second(mask(0))}, -EINVAL},
        {wakev, "mask_0_count_0", {mask(0), count(0)}, -EINVAL},
        {wakev, "misaligned", {misaligned_by_one()}, -EINVAL},
        {wakev, "aligned_as_plain", {misaligned_by_size()}, -EINVAL},
        {wakev, "second_misaligned", {second(misaligned_by_one())}, -EINVAL},
        {wakev, "outside", {outside()}, -EFAULT},
        {wakev, "second_outside", {second(outside())}, -EFAULT},
        {wakev, "second_hint_minus_2", {second(hint(-2))}, -EINVAL},
        {wakev, "null_plain", {null_plain}, 0},
        {wakev, "duplicate", {like_first()}, 0},
        {wakev, "mixed_kinds", {kind_is(u8), second(kind_is(u64_numa))}, 0},
        {wakev, "one_shared", {second(only(sharing, shared_word()))}, 0},
        {wakev, "one_shared_unsupported", {second(only(not_sharing, shared_word()))}, -ENOTSUP},
        {wakev, "null_shared", {second(at(0)), only(sharing, shared())}, faults},
        // Hints are read when all arguments are right.
        {wakev, "second_address_before_hint", {hint(-2), second(outside())}, -EFAULT},
    };
}

std::vector<check> wakev_checks() {
    return {
        {"call_flag", call_flag(1), -EINVAL},
        {"length", length(0), -EINVAL},
        {"null", null_array(), -EINVAL},
        {"flag", flag(1u << 30), -EINVAL},
        {"mask_range", mask_too_wide(), -EINVAL},
        {"mask_0", mask(0), -EINVAL},
        {"alignment", misaligned_by_one(), -EINVAL, looks_at::address},
        {"address", outside(), -EFAULT, looks_at::address},
    };
}

}  // namespace

std::vector<argument_case> wakev_cases() {
    std::vector<argument_case> table = single_wakev_cases();
    append_unknown_flags(table, wakev);
    append_hints(table, wakev, 0);
    append_order(table, wakev, wakev_checks());
    append_shared(table, wakev, wakev_checks(), 0);
    return table;
}

}  // namespace futex2::abi_test
