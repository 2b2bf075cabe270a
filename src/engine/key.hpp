// SPDX-License-Identifier: MIT
// What tells one futex from another: its address, the width of its value, and
// whether it is a NUMA word.
#pragma once

#include "engine/platform.hpp"

namespace futex2::engine {

// The width of a word, and whether it has a hint: numerically FUTEX2_SIZE_* and
// FUTEX2_NUMA.
struct word_kind {
    uint8_t bits = 0;

    static constexpr uint8_t count = 8;

    constexpr width size() const { return static_cast<width>(bits & 3); }
    constexpr bool numa() const { return (bits & 4) != 0; }
    friend constexpr bool operator==(word_kind, word_kind) = default;
};

struct key {
    uintptr_t address = 0;
    word_kind kind;
    uint64_t hash = 0;

    bool numa() const { return kind.numa(); }
    width size() const { return kind.size(); }
    void* word() const { return reinterpret_cast<void*>(address); }

    friend bool operator==(const key& a, const key& b) {
        return a.address == b.address && a.kind == b.kind;
    }
};

// One odd factor (2^64 over the golden ratio) spreads the address into the upper
// half; for one kind it is a bijection. The seed differs from process to process.
// No more than that: every wake of a plain word computes it, and does little else.
// The tree mixes further, path_of().
inline constexpr uint64_t hash_factor = 0x9e3779b97f4a7c15;
inline constexpr uint64_t kind_salt[word_kind::count] = {
    0,
    1 * hash_factor,
    2 * hash_factor,
    3 * hash_factor,
    4 * hash_factor,
    5 * hash_factor,
    6 * hash_factor,
    7 * hash_factor,
};

inline uint64_t hash_of(uintptr_t address, word_kind kind, uint64_t seed) {
    return (address + kind_salt[kind.bits]) * hash_factor ^ seed;
}

// The path to a key in its bucket's tree, lowest bit first. Keys of one bucket
// have the upper bits of their hashes in common; folded and multiplied (by a
// factor of MurmurHash3's finalizer), every bit takes part in the lowest.
inline uint64_t path_of(uint64_t hash) {
    const uint64_t mixed = (hash ^ hash >> 32) * 0xff51afd7ed558ccd;
    return mixed ^ mixed >> 32;
}

// A mask of all ones means any waiter, in words of every width.
inline uint64_t widen_mask(uint64_t mask, width size) {
    return mask == all_ones(size) ? ~uint64_t{0} : mask;
}

}  // namespace futex2::engine
