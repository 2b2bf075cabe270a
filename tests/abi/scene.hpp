// SPDX-License-Identifier: MIT
// A call and its arguments, built in steps: a scene begins as a correct call on
// fresh words that nobody waits on, and each step spoils one thing.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "abi/engine.hpp"
#include "abi/word.hpp"

namespace futex2::abi_test {

enum class call { wait, wake, waitv, requeue, wakev, store_wake };

std::string_view name_of(call which);

/** Whether the kernel has a call of that name. */
constexpr bool has_twin(call which) {
    return which != call::wakev && which != call::store_wake;
}

/** One word of a call, with what the call says about it. */
struct scene_word {
    explicit scene_word(word_kind kind)
        : word(kind), expected(initial_value), mask(kind.all()), flags(kind.flags()) {}

    guarded_word word;
    uint64_t expected;
    uint64_t mask;
    int count = 1;
    unsigned flags;
    uint32_t reserved = 0;
    std::optional<uint64_t> elsewhere;  // the address, instead of the word's own
    uint64_t skew = 0;                  // added to the address

    uint64_t address() { return elsewhere.value_or(word.address_number()) + skew; }
};

struct scene {
    scene(call which, word_kind kind, const engine& on);

    int perform();

    call which;
    word_kind kind;
    const engine& on;
    std::vector<scene_word> words;
    uint64_t stored = 0x33;             // what store_wake stores
    std::optional<unsigned> length;     // waitv, wakev: instead of the number of words
    bool null_array = false;            // waitv, requeue, wakev
    std::optional<uint64_t> bad_array;  // waitv, requeue, wakev: its address
    unsigned call_flags = 0;
    timespec deadline = {0, 0};  // long passed: a correct wait ends with ETIMEDOUT
    bool timed = true;
    std::optional<uint64_t> bad_deadline;
    clockid_t clock = CLOCK_MONOTONIC;
    int wake = 1;
    int requeue = 1;

  private:
    const timespec* deadline_argument() const;
    std::vector<futex_waitv> waitv_array();
    std::vector<futex2_wake_item> wake_items();
    template <class T>
    T* array_argument(std::vector<T>& array) const;
};

/** What spoils a scene, and for which words there is something to spoil. */
struct step {
    std::function<void(scene&)> apply;
    bool (*applies)(word_kind) = [](word_kind) { return true; };
};

// Flags.
step flag(unsigned bits);  // of the first word
step call_flag(unsigned bits);
step shared_word();            // without FUTEX2_PRIVATE
step shared();                 // all words
step policy();                 // FUTEX2_MPOL
step kind_is(word_kind kind);  // a fresh word of that kind

// Values and masks.
step expected_too_wide();  // one bit above the word's size (also what store_wake stores)
step mask_too_wide();
step mask_all_64();  // ~0, too wide for all but 64 bits
step mask(uint64_t mask);
step differs();  // the word holds another value than expected
step count(int count);

// Time.
step clock_is(clockid_t clock);
step deadline_is(timespec deadline);
step no_deadline();
step deadline_at(uint64_t address);

// Addresses.
step misaligned_by_one();
step misaligned_by_size();  // a NUMA word that is aligned as a plain one
step outside();             // of what can be user memory
step at(uint64_t address);
step like_first();  // a word at the address of the first

// Hints.
step hint(int64_t hint);
step highest_node();
step node_beyond();
step highest_hint();
step lowest_hint();

// Arrays.
step length(unsigned n);
step words(unsigned n);  // so many correct ones
step null_array();
step array_outside();
step reserved(uint32_t bits);
step counts(int woken, int moved);

/** The step, done to the second word instead of the first. */
step second(const step& inner);

}  // namespace futex2::abi_test
