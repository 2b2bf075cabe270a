// SPDX-License-Identifier: MIT
// futex2_wake. Correct: up to one waiter of a word that nobody waits on.
#include <cerrno>
#include <climits>

#include "abi/argument_case.hpp"

namespace futex2::abi_test {
namespace {

constexpr call wake = call::wake;
constexpr uint64_t nothing_mapped = 16;  // below every mapping, aligned for every word

std::vector<argument_case> single_wake_cases() {
    return {
        {wake, "correct", {}, 0},
        {wake, "policy", {policy()}, 0},
        {wake, "value_unused", {differs()}, 0},
        // Counts.
        {wake, "count_0", {count(0)}, 0},
        {wake, "count_minus_1", {count(-1)}, 0},
        {wake, "count_lowest", {count(INT_MIN)}, 0},
        {wake, "count_highest", {count(INT_MAX)}, 0},
        // Masks.
        {wake, "mask_too_wide", {mask_too_wide()}, -EINVAL},
        {wake, "mask_all_64", {mask_all_64()}, -EINVAL},
        {wake, "mask_one_bit", {mask(1)}, 0},
        {wake, "mask_0", {mask(0)}, -EINVAL},
        {wake, "mask_0_count_0", {mask(0), count(0)}, -EINVAL},
        // Addresses.
        {wake, "misaligned", {misaligned_by_one()}, -EINVAL},
        {wake, "misaligned_count_0", {misaligned_by_one(), count(0)}, -EINVAL},
        {wake, "aligned_as_plain", {misaligned_by_size()}, -EINVAL},
        {wake, "outside", {outside()}, -EFAULT},
        {wake, "outside_top", {at(~uint64_t{15})}, -EFAULT},
        {wake, "outside_count_0", {outside(), count(0)}, -EFAULT},
        {wake, "hint_count_0", {hint(-2), count(0)}, -EINVAL},
        {wake, "null_shared", {at(0), only(sharing_by_address, shared())}, -EFAULT},
        {wake,
         "null_shared_count_0",
         {at(0), count(0), only(sharing_by_address, shared())},
         -EFAULT},
        {wake, "shared_mask_lower", {only(sharing_sequence, shared()), mask(1)}, 0},
        {wake, "shared_mask_upper", {only(sharing_sequence, shared()), mask(1ull << 32)}, -ENOTSUP},
        {wake, "count_0_shared", {count(0), only(sharing, shared())}, 0},
    };
}

std::vector<check> wake_checks() {
    return {
        {"flag", flag(1u << 30), -EINVAL},
        {"mask_range", mask_too_wide(), -EINVAL},
        {"mask_0", mask(0), -EINVAL},
        {"alignment", misaligned_by_one(), -EINVAL, looks_at::address},
        {"address", outside(), -EFAULT, looks_at::address},
        {"hint", hint(-2), -EINVAL, looks_at::memory},
    };
}

// Of a plain word only the address is used; a NUMA word's hint is read.
void append_unmapped(std::vector<argument_case>& table) {
    const auto plain = [](word_kind kind) { return !kind.numa; };
    const auto numa = [](word_kind kind) { return kind.numa; };
    for (const auto& [name, address] :
         {std::pair{"null", uint64_t{0}}, std::pair{"unmapped", nothing_mapped}}) {
        step there = at(address);
        there.applies = plain;
        table.push_back({wake, std::string(name) + "_plain", {there}, 0});
        there.applies = numa;
        table.push_back(
            {wake, std::string(name) + "_numa", {there}, faults, difference{-EFAULT, "unmapped"}});
    }
}

}  // namespace

std::vector<argument_case> wake_cases() {
    std::vector<argument_case> table = single_wake_cases();
    append_unmapped(table);
    append_unknown_flags(table, wake);
    append_hints(table, wake, 0);
    append_order(table, wake, wake_checks());
    append_shared(table, wake, wake_checks(), 0);
    return table;
}

}  // namespace futex2::abi_test
