// SPDX-License-Identifier: MIT
// futex2_requeue. Correct: from a word that is as expected, on which nobody waits.
#include <cerrno>
#include <climits>

#include "abi/argument_case.hpp"

namespace futex2::abi_test {
namespace {

constexpr call requeue = call::requeue;

bool plain_only(word_kind kind) {
    return !kind.numa;
}

step null_if(bool (*applies)(word_kind)) {
    step made = at(0);
    made.applies = applies;
    return made;
}

std::vector<argument_case> single_requeue_cases() {
    const difference null_faults = {-EFAULT, "unmapped"};
    const difference one_size = {-EINVAL, "requeue_kinds"};
    return {
        {requeue, "correct", {}, 0},
        {requeue, "policy", {policy(), second(policy())}, 0},
        {requeue, "call_flag_1", {call_flag(1)}, -EINVAL},
        {requeue, "call_flag_private", {call_flag(FUTEX2_PRIVATE)}, -EINVAL},
        {requeue, "call_flag_highest", {call_flag(1u << 31)}, -EINVAL},
        {requeue, "null", {null_array()}, -EINVAL},
        {requeue, "array_outside", {array_outside()}, faults, null_faults},
        // Counts.
        {requeue, "counts_0", {counts(0, 0)}, 0},
        {requeue, "counts_highest", {counts(INT_MAX, INT_MAX)}, 0},
        {requeue, "wake_negative", {counts(-1, 1)}, -EINVAL},
        {requeue, "requeue_negative", {counts(1, -1)}, -EINVAL},
        {requeue, "requeue_lowest", {counts(1, INT_MIN)}, -EINVAL},
        // Entries.
        {requeue, "second_flag", {second(flag(1u << 4))}, -EINVAL},
        {requeue, "expected_too_wide", {expected_too_wide()}, -EINVAL},
        {requeue, "second_expected_too_wide", {second(expected_too_wide())}, -EINVAL},
        {requeue, "reserved_1", {reserved(1)}, -EINVAL},
        {requeue, "second_reserved", {second(reserved(1u << 31))}, -EINVAL},
        {requeue, "misaligned", {misaligned_by_one()}, -EINVAL},
        {requeue, "second_misaligned", {second(misaligned_by_one())}, -EINVAL},
        {requeue, "aligned_as_plain", {misaligned_by_size()}, -EINVAL},
        {requeue, "outside", {outside()}, -EFAULT},
        {requeue, "second_outside", {second(outside())}, -EFAULT},
        {requeue, "second_hint_minus_2", {second(hint(-2))}, -EINVAL},
        {requeue, "second_hint_highest_node", {second(highest_node())}, 0},
        {requeue, "second_hint_node_beyond", {second(node_beyond())}, -EINVAL},
        {requeue, "source_null", {at(0)}, faults, null_faults},
        {requeue, "destination_null_plain", {second(null_if(plain_only))}, 0},
        {requeue, "destination_null_numa", {second(null_if(is_numa))}, faults, null_faults},
        // Values.
        {requeue, "value_differs", {differs()}, -EAGAIN},
        {requeue, "value_differs_counts_0", {differs(), counts(0, 0)}, -EAGAIN},
        {requeue, "destination_value_unused", {second(differs())}, 0},
        {requeue, "null_shared", {only(asked_of_the_kernel, shared()), second(at(0))}, -EFAULT},
        {requeue, "shared_value_differs", {only(sharing, shared()), differs()}, -EAGAIN},
        // Both words.
        {requeue, "to_itself", {like_first()}, 0},
        {requeue, "private_to_shared", {second(shared_word())}, -EINVAL},
        {requeue, "shared_to_private", {shared_word()}, -EINVAL},
        {requeue, "private_to_shared_outside", {outside(), second(shared_word())}, -EINVAL},
        {requeue, "to_8_bits", {second(kind_is(u8))}, 0, difference{-EINVAL, "sizes"}},
        {requeue, "from_64_bits", {kind_is(u64)}, 0, difference{-EINVAL, "sizes"}},
        {requeue, "plain_to_numa", {kind_is(u32), second(kind_is(u32_numa))}, 0, one_size},
        {requeue, "numa_to_plain", {kind_is(u32_numa), second(kind_is(u32))}, 0, one_size},
        {requeue, "policy_of_one", {policy()}, 0, one_size},
    };
}

std::vector<check> requeue_checks() {
    return {
        {"call_flag", call_flag(1), -EINVAL},
        {"null", null_array(), -EINVAL},
        {"flag", flag(1u << 30), -EINVAL},
        {"reserved", reserved(1), -EINVAL},
        {"expected", expected_too_wide(), -EINVAL},
        {"second_flag", second(flag(1u << 30)), -EINVAL},
        {"second_reserved", second(reserved(1)), -EINVAL},
        {"second_expected", second(expected_too_wide()), -EINVAL},
        {"wake_count", counts(-1, 1), -EINVAL},
        {"requeue_count", counts(1, -1), -EINVAL},
        {"alignment", misaligned_by_one(), -EINVAL, looks_at::address},
        {"address", outside(), -EFAULT, looks_at::address},
        {"second_alignment", second(misaligned_by_one()), -EINVAL, looks_at::address},
        {"value", differs(), -EAGAIN, looks_at::memory},
    };
}

// The words are resolved one after the other, before the value is compared.
std::vector<argument_case> resolve_cases() {
    return {
        {requeue,
         "alignment_before_second_address",
         {misaligned_by_one(), second(outside())},
         -EINVAL},
        {requeue, "hint_before_second_address", {hint(-2), second(outside())}, -EINVAL},
        {requeue, "address_before_second_hint", {outside(), second(hint(-2))}, -EFAULT},
        {requeue, "hint_before_value", {hint(-2), differs()}, -EINVAL},
        {requeue, "second_hint_before_value", {second(hint(-2)), differs()}, -EINVAL},
        {requeue, "second_address_before_value", {second(outside()), differs()}, -EFAULT},
        {requeue, "counts_before_second_address", {counts(-1, 0), second(outside())}, -EINVAL},
    };
}

}  // namespace

std::vector<argument_case> requeue_cases() {
    std::vector<argument_case> table = single_requeue_cases();
    append_unknown_flags(table, requeue);
    append_hints(table, requeue, 0);
    append_order(table, requeue, requeue_checks());
    append_shared(table, requeue, requeue_checks(), 0);
    for (const argument_case& one : resolve_cases()) table.push_back(one);
    return table;
}

}  // namespace futex2::abi_test
