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

// Mixes every bit of the address and the kind into every bit of the hash. The
// seed differs from process to process, so that no choice of addresses makes a
// bucket or a tree deep in all of them. For one kind it is a bijection. The
// constants are those of MurmurHash3's 64-bit finalizer.
inline uint64_t hash_of(uintptr_t address, uint8_t kind, uint64_t seed) {
    uint64_t h = (address ^ seed) + kind * 0x9e3779b97f4a7c15;
    h ^= h >> 33;
    h *= 0xff51afd7ed558ccd;
    h ^= h >> 33;
    h *= 0xc4ceb9fe1a85ec53;
    h ^= h >> 33;
    return h;
}

inline key make_key(const void* word, width size, bool numa, uint64_t seed) {
    const auto address = reinterpret_cast<uintptr_t>(word);
    const auto kind = static_cast<uint8_t>(static_cast<uint8_t>(size) | (numa ? key::numa_kind : 0));
    return {address, kind, hash_of(address, kind, seed)};
}

// One of n equal parts of the hashes' range; uses the upper half of the hash
// (the address tree branches on the lower bits first).
inline uint32_t part_of(uint64_t hash, uint32_t n) {
    return static_cast<uint32_t>(((hash >> 32) * n) >> 32);
}

// A mask of all ones means any waiter, in words of every width.
inline uint64_t widen_mask(uint64_t mask, width size) {
    const uint64_t all = size == width::u64 ? ~uint64_t{0} : (uint64_t{1} << (8 * bytes_of(size))) - 1;
    return mask == all ? ~uint64_t{0} : mask;
}

}  // namespace futex2
