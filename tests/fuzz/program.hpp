// SPDX-License-Identifier: MIT
// A random program of calls: steps, each decoded from bytes of its own, so that
// shorter bytes are a shorter program and smaller bytes a simpler one.
#pragma once

#include <array>
#include <cstdint>
#include <ostream>
#include <span>
#include <vector>

namespace futex2::fuzz {

inline constexpr unsigned thread_count = 5;
inline constexpr unsigned plain_words = 3;
inline constexpr unsigned word_count = 6;  // the others are NUMA words

/** A hint that names no node of any machine or FUTEX2_NODES that this runs on. */
inline constexpr int64_t impossible_node = 100;

constexpr bool is_numa(unsigned word) {
    return word >= plain_words;
}

using word_set = uint32_t;  // a bit a word

constexpr word_set set_of(unsigned word) {
    return word_set{1} << word;
}

enum class action : uint8_t {
    wait,
    waitv,
    wake,
    requeue,
    wakev,
    store_wake,
    store,      // the program's own
    set_hint,   // the program's own
    interrupt,  // by a signal
};

/** What is wrong with a call, at most one thing. */
enum class flaw : uint8_t {
    none,
    shared,        // plain words named as shared though they are private, or the other way round
    one_shared,    // the spoiled word only
    other_kind,    // a NUMA word named as a plain one, or the other way round
    unknown_flag,  // of a word
    call_flag,     // waitv, requeue: of the call
    too_wide,      // the expected value, or for a wake the mask
    mask_0,
    misaligned,
    as_plain,  // a NUMA word that is aligned as a plain one
    outside,   // an address that is no user's
    null,      // wake, wakev: the address of a plain word, which is not read
    reserved,  // waitv, requeue: __reserved
    clock,
    nanoseconds,
    seconds,
    length_0,
    length_129,
    null_array,
};

/** From `passed` on, the wait ends by itself. */
enum class deadline : uint8_t { none, far, far_realtime, passed, passed_realtime, soon };

struct step {
    action what;
    unsigned thread;  // that waits or is interrupted; for other calls, the first that is asked
    bool joined;      // at the same time as the step before it
    unsigned word;    // the first
    unsigned stride;  // from each word to the next, round all words
    unsigned n;       // of waitv and wakev
    bool differs;     // what is expected is not what the word holds
    uint64_t mask;    // some of the lowest eight bits; 0xff: all that the word has
    fuzz::deadline until;
    int count;
    int second_count;  // requeue: of those who move; wakev: for every other word
    int64_t number;    // that is stored, or the hint
    bool restart;      // interrupt: with SA_RESTART
    bool policy;       // FUTEX2_MPOL
    fuzz::flaw flaw;
    unsigned spoiled;  // which of its words the flaw is in
    int bit;           // an unknown flag's

    unsigned word_at(unsigned i) const { return (word + i * stride) % word_count; }
    unsigned words_named() const;
    word_set footprint() const;
    /** Whether the flaw is in the i-th word. */
    bool spoils(unsigned i, fuzz::flaw f) const { return flaw == f && i == spoiled; }
    /** A wait on what is another word to one of the engines has passed: nobody would wake it. */
    fuzz::deadline deadline_said() const;
    bool ends_by_itself() const { return deadline_said() >= deadline::passed; }
    /** wait, waitv. */
    bool waits() const { return what == action::wait || what == action::waitv; }
    /** A requeue from a plain word to a NUMA word, or the other way round. */
    bool between_kinds() const {
        return what == action::requeue && is_numa(word_at(0)) != is_numa(word_at(1));
    }
    /** Of several calls of the kernel: it runs alone. */
    bool composed() const { return what == action::wakev || what == action::store_wake; }
};

using program = std::vector<step>;

inline constexpr int bytes_per_step = 8;
using encoded_step = std::array<uint8_t, bytes_per_step>;

step decode(const encoded_step& bytes);

/** Bytes that make no whole step are left out. */
program decode(std::span<const uint8_t> bytes);

std::ostream& operator<<(std::ostream& out, const step& s);
std::ostream& operator<<(std::ostream& out, const program& p);

}  // namespace futex2::fuzz
