// SPDX-License-Identifier: MIT
// What tells one futex from another: its address, the width of its value, and
// whether it is a NUMA word.
#pragma once

#include "platform/concept.hpp"

namespace futex2 {

struct key {
    uintptr_t address = 0;
    uint8_t kind = 0;  // the width, and numa_kind
    uint64_t hash = 0;

    static constexpr uint8_t numa_kind = 4;

    bool numa() const { return (kind & numa_kind) != 0; }
    width size() const { return static_cast<width>(kind & 3); }
    void* word() const { return reinterpret_cast<void*>(address); }

    friend bool operator==(const key& a, const key& b) {
        return a.address == b.address && a.kind == b.kind;
    }
};

// One odd factor (2^64 over the golden ratio) spreads the address into the upper
// half, which chooses the bucket; for one kind it is a bijection. The seed differs
// from process to process. No more than that: every wake of a plain word computes
// it, and has nothing else to do. The tree mixes further, path_of().
inline uint64_t hash_of(uintptr_t address, uint8_t kind, uint64_t seed) {
    constexpr uint64_t factor = 0x9e3779b97f4a7c15;
    return (address + kind * factor) * factor ^ seed;
}

// The path to a key in its bucket's tree, lowest bit first. Keys of one bucket
// have the upper bits of their hashes in common; folded and multiplied (by a
// factor of MurmurHash3's finalizer), every bit takes part in the lowest.
inline uint64_t path_of(uint64_t hash) {
    const uint64_t mixed = (hash ^ hash >> 32) * 0xff51afd7ed558ccd;
    return mixed ^ mixed >> 32;
}

constexpr uint8_t kind_of(width size, bool numa) {
    return static_cast<uint8_t>(static_cast<uint8_t>(size) | (numa ? key::numa_kind : 0));
}

inline key make_key(const void* word, width size, bool numa, uint64_t seed) {
    const auto address = reinterpret_cast<uintptr_t>(word);
    const uint8_t kind = kind_of(size, numa);
    return {address, kind, hash_of(address, kind, seed)};
}

// One of n equal parts of the hashes' range, by the upper half of the hash.
inline uint32_t part_of(uint64_t hash, uint32_t n) {
    return static_cast<uint32_t>(((hash >> 32) * n) >> 32);
}

// A mask of all ones means any waiter, in words of every width.
inline uint64_t widen_mask(uint64_t mask, width size) {
    return mask == all_ones(size) ? ~uint64_t{0} : mask;
}

}  // namespace futex2
