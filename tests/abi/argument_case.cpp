// SPDX-License-Identifier: MIT
#include "abi/argument_case.hpp"

#include <algorithm>
#include <cerrno>

namespace futex2::abi_test {

bool argument_case::applies(word_kind kind) const {
    return std::all_of(steps.begin(), steps.end(), [&](const step& s) { return s.applies(kind); });
}

scene argument_case::build(word_kind kind, const engine& on) const {
    scene made(which, kind, on);
    for (const step& s : steps) s.apply(made);
    return made;
}

void append_order(std::vector<argument_case>& table, call which, const std::vector<check>& checks) {
    for (auto first = checks.begin(); first != checks.end(); ++first) {
        for (auto later = first + 1; later != checks.end(); ++later) {
            const bool has_no_memory = first->where == looks_at::address &&
                                       first->result == -EFAULT && later->where == looks_at::memory;
            if (first->result == later->result || has_no_memory) continue;
            table.push_back({which,
                             first->name + "_before_" + later->name,
                             {first->spoil, later->spoil},
                             first->result});
        }
    }
}

// Of the hint of a shared futex64_numa the lowest 16 bits are the node, the next 16 nothing.
void append_shared_sequences(std::vector<argument_case>& table, call which, int good_result) {
    const step words = only(sharing_sequence, shared());
    const argument_case hints[] = {
        {which, "shared_sequence", {words, hint(0x7654'3210'0000'0000)}, good_result},
        {which, "shared_bits_16_to_31", {words, hint(0x7fff'0000)}, good_result},
        {which, "shared_node_minus_2", {words, hint(0x7654'3210'0000'fffe)}, -EINVAL},
        {which, "shared_node_beyond", {words, hint(0x7fff)}, -EINVAL},
    };
    table.insert(table.end(), std::begin(hints), std::end(hints));
}

void append_shared(std::vector<argument_case>& table, call which, const std::vector<check>& checks,
                   int good_result) {
    const bool many = which == call::waitv;
    table.push_back(
        {which, "shared", {only(many ? sharing_many : sharing, shared())}, good_result});
    table.push_back({which,
                     "shared_unsupported",
                     {only(many ? not_sharing_many : not_sharing, shared())},
                     -ENOTSUP,
                     difference{good_result, "unshared"}});
    table.push_back(
        {which, "shared_hint_minus_2", {only(sharing_numa, shared()), hint(-2)}, -EINVAL});
    append_shared_sequences(table, which, good_result);
    for (const check& c : checks) {
        if (c.where != looks_at::memory)
            table.push_back({which, "shared_" + c.name, {shared(), c.spoil}, c.result});
    }
}

step only(bool (*applies)(word_kind), step s) {
    s.applies = applies;
    return s;
}

bool sharing(word_kind kind) {
    return can_be_shared(kind);
}

bool not_sharing(word_kind kind) {
    return !can_be_shared(kind);
}

bool sharing_many(word_kind kind) {
    return can_be_shared(kind) && is_whole(shared(kind));
}

bool sharing_by_address(word_kind kind) {
    return can_be_shared(kind) && !kind.numa;
}

bool asked_of_the_kernel(word_kind kind) {
    return sharing_by_address(kind) && is_whole(shared(kind));
}

bool sharing_numa(word_kind kind) {
    return can_be_shared(kind) && kind.numa;
}

bool sharing_sequence(word_kind kind) {
    return has_sequence(shared(kind));
}

bool not_sharing_many(word_kind kind) {
    return !sharing_many(kind);
}

void append_unknown_flags(std::vector<argument_case>& table, call which) {
    const bool wakes = which == call::wake || which == call::wakev || which == call::store_wake;
    const unsigned known = FUTEX2_PRIVATE | (wakes ? FUTEX2_WAKE_LOCAL : 0);
    for (unsigned bit = 4; bit < 32; ++bit) {
        if ((1u << bit & known) == 0)
            table.push_back({which, "flag_bit_" + std::to_string(bit), {flag(1u << bit)}, -EINVAL});
    }
}

void append_hints(std::vector<argument_case>& table, call which, int good_result) {
    const argument_case hints[] = {
        {which, "hint_minus_1", {hint(FUTEX_NO_NODE)}, good_result},
        {which, "hint_0", {hint(0)}, good_result},
        {which, "hint_highest_node", {highest_node()}, good_result},
        {which, "hint_node_beyond", {node_beyond()}, -EINVAL},
        {which, "hint_minus_2", {hint(-2)}, -EINVAL},
        {which, "hint_lowest", {lowest_hint()}, -EINVAL},
        {which, "hint_highest", {highest_hint()}, -EINVAL},
    };
    table.insert(table.end(), std::begin(hints), std::end(hints));
}

const std::vector<argument_case>& all_argument_cases() {
    static const std::vector<argument_case> all = [] {
        std::vector<argument_case> table;
        for (const auto& part : {wait_cases(), wake_cases(), waitv_cases(), requeue_cases(),
                                 wakev_cases(), store_wake_cases()})
            table.insert(table.end(), part.begin(), part.end());
        return table;
    }();
    return all;
}

}  // namespace futex2::abi_test
