// SPDX-License-Identifier: MIT
// The kinds of word, and a word between guard bytes.
#pragma once

#include <futex2/futex2.h>

#include <array>
#include <cstring>
#include <string>

namespace futex2::abi_test {

struct word_kind {
    unsigned size;  // FUTEX2_SIZE_U8 to FUTEX2_SIZE_U64
    bool numa;
    bool shared = false;  // between processes

    constexpr unsigned bytes() const { return 1u << size; }
    constexpr unsigned bits() const { return 8 * bytes(); }
    constexpr unsigned whole() const { return numa ? 2 * bytes() : bytes(); }
    constexpr unsigned flags() const {
        return size | (numa ? FUTEX2_NUMA : 0) | (shared ? 0 : FUTEX2_PRIVATE);
    }
    constexpr uint64_t all() const { return ~uint64_t{0} >> (64 - bits()); }
    constexpr int64_t highest_hint() const { return static_cast<int64_t>(all() >> 1); }
    constexpr int64_t lowest_hint() const { return -highest_hint() - 1; }
    constexpr bool operator==(const word_kind&) const = default;

    std::string name() const {
        return "u" + std::to_string(bits()) + (numa ? "_numa" : "") + (shared ? "_shared" : "");
    }
};

inline constexpr word_kind u8 = {FUTEX2_SIZE_U8, false};
inline constexpr word_kind u32 = {FUTEX2_SIZE_U32, false};
inline constexpr word_kind u32_numa = {FUTEX2_SIZE_U32, true};
inline constexpr word_kind u64 = {FUTEX2_SIZE_U64, false};
inline constexpr word_kind u64_numa = {FUTEX2_SIZE_U64, true};
inline constexpr std::array<word_kind, 8> all_kinds = {{
    u8,
    {FUTEX2_SIZE_U16, false},
    u32,
    u64,
    {FUTEX2_SIZE_U8, true},
    {FUTEX2_SIZE_U16, true},
    u32_numa,
    u64_numa,
}};

constexpr bool is_numa(word_kind kind) {
    return kind.numa;
}

/** Whether processes can share such words. */
constexpr bool can_be_shared(word_kind kind) {
    return kind.numa || kind.size != FUTEX2_SIZE_U64;
}

/** A word of 8 or 16 bits that processes share: a part of one of the kernel's. */
constexpr bool is_part(word_kind kind) {
    return kind.shared && kind.size < FUTEX2_SIZE_U32;
}
constexpr bool is_whole(word_kind kind) {
    return !is_part(kind);
}

/** A futex64_numa that processes share: its hint holds a sequence of wakes above the node. */
constexpr bool has_sequence(word_kind kind) {
    return kind.shared && kind.numa && kind.size == FUTEX2_SIZE_U64;
}
/** The bits of a mask that can choose among its waiters; all ones reach them all. */
constexpr unsigned mask_bits(word_kind kind) {
    return has_sequence(kind) ? 32 : kind.bits();
}
/** Whose hint is a node or -1. */
constexpr bool has_hint(word_kind kind) {
    return kind.numa && !has_sequence(kind);
}

constexpr word_kind shared(word_kind kind) {
    return {kind.size, kind.numa, true};
}

/** What every word holds until a test says otherwise. */
inline constexpr uint64_t initial_value = 0x5a;

/** Aligned memory that holds a word, and around it bytes that nobody may write. */
class guarded_word {
  public:
    explicit guarded_word(word_kind kind) : kind_(kind) {
        bytes_.fill(0xa5);
        set_value(initial_value);
        if (kind.numa) {
            set_hint(FUTEX_NO_NODE);
        }
    }

    word_kind kind() const { return kind_; }
    void* address() { return &bytes_[position]; }
    uint64_t address_number() { return reinterpret_cast<uint64_t>(address()); }

    uint64_t value() const { return load(position); }
    void set_value(uint64_t value) { store(position, value); }

    /** Of a NUMA word. */
    int64_t hint() const {
        const unsigned unused = 64 - kind_.bits();
        return static_cast<int64_t>(load(position + kind_.bytes()) << unused) >> unused;
    }
    void set_hint(int64_t hint) {
        store(position + kind_.bytes(), static_cast<uint64_t>(hint) & kind_.all());
    }

    /** Compares the guards as well. Nobody may use the word meanwhile. */
    bool operator==(const guarded_word& other) const { return bytes_ == other.bytes_; }

  private:
    static constexpr size_t position = 32;

    template <class T>
    uint64_t load_as(size_t at) const {
        return __atomic_load_n(reinterpret_cast<const T*>(&bytes_[at]), __ATOMIC_SEQ_CST);
    }
    template <class T>
    void store_as(size_t at, uint64_t value) {
        __atomic_store_n(reinterpret_cast<T*>(&bytes_[at]), static_cast<T>(value),
                         __ATOMIC_SEQ_CST);
    }

    uint64_t load(size_t at) const {
        switch (kind_.size) {
            case FUTEX2_SIZE_U8:
                return load_as<uint8_t>(at);
            case FUTEX2_SIZE_U16:
                return load_as<uint16_t>(at);
            case FUTEX2_SIZE_U32:
                return load_as<uint32_t>(at);
            default:
                return load_as<uint64_t>(at);
        }
    }
    void store(size_t at, uint64_t value) {
        switch (kind_.size) {
            case FUTEX2_SIZE_U8:
                return store_as<uint8_t>(at, value);
            case FUTEX2_SIZE_U16:
                return store_as<uint16_t>(at, value);
            case FUTEX2_SIZE_U32:
                return store_as<uint32_t>(at, value);
            default:
                return store_as<uint64_t>(at, value);
        }
    }

    alignas(32) std::array<unsigned char, 80> bytes_ = {};
    word_kind kind_;
};

}  // namespace futex2::abi_test
