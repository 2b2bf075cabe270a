// SPDX-License-Identifier: MIT
// The call of a step, made on an engine's words of one size.
#pragma once

#include <array>

#include "abi/engine.hpp"
#include "abi/word.hpp"
#include "fuzz/program.hpp"

namespace futex2::fuzz {

using abi_test::guarded_word;
using abi_test::word_kind;

/** An engine, and the words that it is given. */
struct side {
    const abi_test::engine& on;
    unsigned size;
    bool shared = false;  // as if other processes used them, too

    bool is_library() const { return &on == &abi_test::library(); }
    word_kind kind_of(unsigned word) const { return {size, is_numa(word), shared}; }
};

using word_array = std::array<guarded_word, word_count>;

word_array make_words(const side& s);

/**
 * Makes a call that is one call of the engine. A flaw that words of that size cannot have
 * (what is too wide for 64 bits?) is answered as all engines answer it where they can.
 */
int call(const step& s, const side& where, word_array& words);

/** One of the calls that only the library has; the kernel has no twin. */
int call_composed(const step& s, const side& where, word_array& words);

/** Wakes on one of the words of a wakev or store_wake. */
int wake_one(const step& s, unsigned i, int count, const side& where, word_array& words);

/** How many a word's wakes are to end, of a wakev or store_wake. */
int count_of_item(const step& s, unsigned i);

}  // namespace futex2::fuzz
