// SPDX-License-Identifier: MIT
// What tells one futex from another: its address, the width of its value, and
// whether it is a NUMA word.
#pragma once

#include "engine/platform.hpp"

namespace futex2::engine {

// The width of a word, and whether it has a hint: numerically FUTEX2_SIZE_* and
// FUTEX2_NUMA.
struct word_kind {
    uint32_t bits = 0;

    constexpr width size() const { return static_cast<width>(bits & 3); }
    constexpr bool numa() const { return (bits & 4) != 0; }
    friend constexpr bool operator==(word_kind, word_kind) = default;
};

// The same in one byte, for what lies in memory: in a register a byte has to be widened
// wherever it is used.
struct stored_kind {
    uint8_t bits = 0;

    constexpr stored_kind() = default;
    constexpr stored_kind(word_kind k) : bits(static_cast<uint8_t>(k.bits)) {}
    constexpr operator word_kind() const { return {bits}; }
};

struct key {
    uintptr_t address = 0;
    word_kind kind;
    uint64_t path = 0;  // in its bucket's tree, lowest bit first

    bool numa() const { return kind.numa(); }
    width size() const { return kind.size(); }
    void* word() const { return reinterpret_cast<void*>(address); }

    friend bool operator==(const key& a, const key& b) {
        return a.address == b.address && a.kind == b.kind;
    }
};

// What each kind says of its words: a wake that finds nobody is little longer than its
// fence, and every instruction of it is seen in the figures.
struct alignas(64) kind_table {
    uint64_t most[8];        // the largest value
    uint64_t bits_below[8];  // that are 0 in an aligned address, the hint's half included
};

constexpr kind_table table_of_kinds() {
    kind_table t{};
    for (unsigned bits = 0; bits < 8; ++bits) {
        const word_kind kind{bits};
        t.most[bits] = all_ones(kind.size());
        t.bits_below[bits] = (platform::bytes_of(kind.size()) << (kind.numa() ? 1 : 0)) - 1;
    }
    return t;
}

inline constexpr kind_table kinds = table_of_kinds();

// Chooses node and bucket. One odd factor (2^64 over the golden ratio) spreads
// addresses in a row over the upper half and is all that a wake with nobody waiting
// has to compute.
inline uint64_t hash_of(uintptr_t address) {
    return address * 0x9e3779b97f4a7c15;
}

// The path of a key in its bucket's tree; for one kind a bijection. The addresses of
// one bucket have the upper bits of their hashes in common: here every bit takes part
// in the lowest. The constants are those of MurmurHash3's finalizer; the seed differs
// from process to process.
inline uint64_t path_of(uintptr_t address, word_kind kind, uint64_t seed) {
    uint64_t path = (address ^ seed) + (uint64_t{kind.bits} << 56);
    path = (path ^ path >> 33) * 0xff51afd7ed558ccd;
    path = (path ^ path >> 33) * 0xc4ceb9fe1a85ec53;
    return path ^ path >> 33;
}

// A mask of all ones means any waiter, in words of every width.
inline uint64_t widen_mask(uint64_t mask, width size) {
    return mask == all_ones(size) ? ~uint64_t{0} : mask;
}

}  // namespace futex2::engine
