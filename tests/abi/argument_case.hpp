// SPDX-License-Identifier: MIT
// The table of cases: what a call with these arguments answers.
#pragma once

#include <climits>
#include <optional>
#include <string>
#include <vector>

#include "abi/scene.hpp"

namespace futex2::abi_test {

/** A result that is none: the call is killed by SIGSEGV. */
inline constexpr int faults = INT_MIN;

/** Another answer of the kernel's, and the row of docs/semantics.md that says why. */
struct difference {
    int result;
    const char* row;
};

struct argument_case {
    call which;
    std::string name;
    std::vector<step> steps;
    int result;  // the library's, and the kernel's too unless it differs
    std::optional<difference> kernel = {};

    bool applies(word_kind kind) const;
    scene build(word_kind kind, const engine& on) const;
};

/** What a check looks at. */
enum class looks_at { arguments, address, memory };

/** One check of a call, and what makes it fail. */
struct check {
    std::string name;
    step spoil;
    int result;
    looks_at where = looks_at::arguments;
};

/**
 * Appends, for each two of a call's checks, which stand in their order, a case
 * that fails both and answers as the first. Left out: two with the same errno,
 * which tells nothing, and a word's memory where its address is wrong, for then it
 * has none.
 */
void append_order(std::vector<argument_case>& table, call which, const std::vector<check>& checks);

/**
 * Appends shared words (no FUTEX2_PRIVATE): good_result where there can be such, else
 * -ENOTSUP; and with each check that does not look at memory failing too, the check's own
 * errno.
 */
void append_shared(std::vector<argument_case>& table, call which, const std::vector<check>& checks,
                   int good_result);

/** The step, for words alone of which applies(kind) holds. */
step only(bool (*applies)(word_kind), step s);
// Which processes can share, and the others; in a waitv, the same.
bool sharing(word_kind kind);
bool not_sharing(word_kind kind);
bool sharing_many(word_kind kind);
bool not_sharing_many(word_kind kind);
/** Whose memory the kernel alone looks at, in a wake; in other calls. */
bool sharing_by_address(word_kind kind);
bool asked_of_the_kernel(word_kind kind);
bool sharing_numa(word_kind kind);
bool sharing_sequence(word_kind kind);

/** Appends a case for each flag that no word knows (bits 4 to 6 and 8 to 31). */
void append_unknown_flags(std::vector<argument_case>& table, call which);

/** Appends the hints that a word may have and those that it may not. */
void append_hints(std::vector<argument_case>& table, call which, int good_result);

std::vector<argument_case> wait_cases();
std::vector<argument_case> wake_cases();
std::vector<argument_case> waitv_cases();
std::vector<argument_case> requeue_cases();
std::vector<argument_case> wakev_cases();
std::vector<argument_case> store_wake_cases();

/** All of these. */
const std::vector<argument_case>& all_argument_cases();

}  // namespace futex2::abi_test
