// SPDX-License-Identifier: MIT
// futex2_waitv. Correct: two words that are as expected, the deadline has passed.
#include <cerrno>

#include "abi/argument_case.hpp"

namespace futex2::abi_test {
namespace {

constexpr call waitv = call::waitv;

bool waits_in_the_kernel(word_kind kind) {
    return asked_of_the_kernel(kind) && library_uses("waitv");
}

// A private word, and a shared one that can be waited on beside it.
argument_case mixed(const char* name, const step& spoil, int result) {
    argument_case made = {waitv, name, {only(sharing_many, second(shared_word()))}, result};
    if (spoil.apply) made.steps.push_back(spoil);
    if (library_uses("waitv")) return made;
    made.result = -ENOSYS;
    made.kernel = difference{result, "mixed"};
    return made;
}

std::vector<argument_case> single_waitv_cases() {
    return {
        {waitv, "correct", {}, -ETIMEDOUT},
        {waitv, "policy", {policy()}, -ETIMEDOUT},
        {waitv, "call_flag_1", {call_flag(1)}, -EINVAL},
        {waitv, "call_flag_private", {call_flag(FUTEX2_PRIVATE)}, -EINVAL},
        {waitv, "call_flag_highest", {call_flag(1u << 31)}, -EINVAL},
        // The array.
        {waitv, "one_word", {words(1)}, -ETIMEDOUT},
        {waitv, "n_0", {length(0)}, -EINVAL},
        {waitv, "n_most", {words(FUTEX_WAITV_MAX)}, -ETIMEDOUT},
        {waitv, "n_129", {words(FUTEX_WAITV_MAX + 1)}, -EINVAL},
        {waitv, "n_highest", {length(~0u)}, -EINVAL},
        {waitv, "null", {null_array()}, -EINVAL},
        {waitv, "null_n_0", {null_array(), length(0)}, -EINVAL},
        {waitv, "array_outside", {array_outside()}, faults, difference{-EFAULT, "unmapped"}},
        // Time.
        {waitv, "realtime", {clock_is(CLOCK_REALTIME)}, -ETIMEDOUT},
        {waitv, "clock_boottime", {clock_is(CLOCK_BOOTTIME)}, -EINVAL},
        {waitv, "clock_unused", {no_deadline(), clock_is(77), differs()}, -EAGAIN},
        {waitv, "nanoseconds_negative", {deadline_is({0, -1})}, -EINVAL},
        {waitv, "nanoseconds_a_second", {deadline_is({0, 1'000'000'000})}, -EINVAL},
        {waitv, "seconds_negative", {deadline_is({-1, 0})}, -EINVAL},
        {waitv,
         "deadline_outside",
         {deadline_at(0xffff800000000000)},
         faults,
         difference{-EFAULT, "unmapped"}},
        {waitv, "passed_and_differs", {differs()}, -EAGAIN},
        {waitv, "passed_and_second_differs", {second(differs())}, -EAGAIN},
        // Entries.
        {waitv, "second_flag", {second(flag(1u << 4))}, -EINVAL},
        {waitv, "expected_too_wide", {expected_too_wide()}, -EINVAL},
        {waitv, "second_expected_too_wide", {second(expected_too_wide())}, -EINVAL},
        {waitv, "reserved_1", {reserved(1)}, -EINVAL},
        {waitv, "second_reserved", {second(reserved(1u << 31))}, -EINVAL},
        {waitv, "misaligned", {misaligned_by_one()}, -EINVAL},
        {waitv, "aligned_as_plain", {misaligned_by_size()}, -EINVAL},
        {waitv, "outside", {outside()}, -EFAULT},
        {waitv, "second_outside", {second(outside())}, -EFAULT},
        {waitv, "second_hint_minus_2", {second(hint(-2))}, -EINVAL},
        {waitv, "duplicate", {like_first()}, -ETIMEDOUT},
        {waitv,
         "mixed_kinds",
         {kind_is(u8), second(kind_is(u64_numa))},
         -ETIMEDOUT,
         difference{-EINVAL, "sizes"}},
        mixed("one_shared", {}, -ETIMEDOUT),
        mixed("one_shared_and_differs", differs(), -EAGAIN),
        mixed("one_shared_which_differs", second(differs()), -EAGAIN),
        {waitv,
         "one_shared_unsupported",
         {only(not_sharing_many, second(shared_word()))},
         -ENOTSUP,
         difference{-ETIMEDOUT, "unshared"}},
        {waitv, "shared_value_differs", {only(sharing_many, shared()), second(differs())}, -EAGAIN},
        {waitv, "null_shared", {only(waits_in_the_kernel, shared()), second(at(0))}, -EFAULT},
    };
}

std::vector<check> waitv_checks() {
    return {
        {"call_flag", call_flag(1), -EINVAL},
        {"length", length(0), -EINVAL},
        {"null", null_array(), -EINVAL},
        {"clock", clock_is(77), -EINVAL},
        {"timespec", deadline_is({0, -1}), -EINVAL},
        {"flag", flag(1u << 30), -EINVAL},
        {"reserved", reserved(1), -EINVAL},
        {"expected", expected_too_wide(), -EINVAL},
        {"second_flag", second(flag(1u << 30)), -EINVAL},
        {"second_reserved", second(reserved(1)), -EINVAL},
        {"second_expected", second(expected_too_wide()), -EINVAL},
        {"alignment", misaligned_by_one(), -EINVAL, looks_at::address},
        {"address", outside(), -EFAULT, looks_at::address},
        {"second_alignment", second(misaligned_by_one()), -EINVAL, looks_at::address},
        {"value", differs(), -EAGAIN, looks_at::memory},
        {"second_value", second(differs()), -EAGAIN, looks_at::memory},
    };
}

// The words are resolved one after the other, before any value is compared.
std::vector<argument_case> resolve_cases() {
    const auto plain_null = [] {
        step made = second(at(0));
        made.applies = [](word_kind kind) { return !kind.numa; };
        return made;
    };
    return {
        {waitv,
         "alignment_before_second_address",
         {misaligned_by_one(), second(outside())},
         -EINVAL},
        {waitv, "hint_before_second_address", {hint(-2), second(outside())}, -EINVAL},
        {waitv, "address_before_second_hint", {outside(), second(hint(-2))}, -EFAULT},
        {waitv, "address_before_second_value", {outside(), second(differs())}, -EFAULT},
        {waitv, "hint_before_value", {hint(-2), differs()}, -EINVAL},
        {waitv, "second_hint_before_value", {second(hint(-2)), differs()}, -EINVAL},
        {waitv, "second_address_before_value", {second(outside()), differs()}, -EFAULT},
        {waitv, "second_address_before_shared", {shared_word(), second(outside())}, -EFAULT},
        {waitv, "value_before_second_null", {differs(), plain_null()}, -EAGAIN},
        {waitv, "second_null", {plain_null()}, faults, difference{-EFAULT, "unmapped"}},
    };
}

}  // namespace

std::vector<argument_case> waitv_cases() {
    std::vector<argument_case> table = single_waitv_cases();
    append_unknown_flags(table, waitv);
    append_hints(table, waitv, -ETIMEDOUT);
    append_order(table, waitv, waitv_checks());
    append_shared(table, waitv, waitv_checks(), -ETIMEDOUT);
    for (const argument_case& one : resolve_cases()) table.push_back(one);
    return table;
}

}  // namespace futex2::abi_test
