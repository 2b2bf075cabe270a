// SPDX-License-Identifier: MIT
// A word of any kind, wherever it lies.
#pragma once

#include "abi/word.hpp"
#include "platform/word.hpp"

namespace futex2::stress {

using abi_test::all_kinds;
using abi_test::word_kind;

/** Memory for the widest word. */
struct alignas(16) word_memory {
    unsigned char bytes[16] = {};
};

class word {
  public:
    word() = default;
    word(void* address, word_kind kind) : address_(address), kind_(kind) {}

    void* address() const { return address_; }
    word_kind kind() const { return kind_; }

    uint64_t value() const { return platform::load_value(address_, width()); }

    /** With release and no more: what a wake needs behind it is for the library to do. */
    void set(uint64_t value) const {
        platform::with_layout(width(), [&](auto layout) {
            using type = typename decltype(layout)::value;
            __atomic_store_n(static_cast<type*>(address_), static_cast<type>(value),
                             __ATOMIC_RELEASE);
        });
    }

    bool exchange(uint64_t from, uint64_t to) const {
        return platform::with_layout(width(), [&](auto layout) {
            using type = typename decltype(layout)::value;
            auto expected = static_cast<type>(from);
            return __atomic_compare_exchange_n(static_cast<type*>(address_), &expected,
                                               static_cast<type>(to), false, __ATOMIC_ACQ_REL,
                                               __ATOMIC_RELAXED);
        });
    }

    /** Of a NUMA word. */
    int64_t hint() const { return platform::load_hint(address_, width()); }

    /** Of a NUMA word, without regard to anybody. */
    void set_hint(int64_t hint) const {
        platform::with_layout(width(), [&](auto layout) {
            using type = typename decltype(layout)::hint;
            __atomic_store_n(static_cast<type*>(address_) + 1, static_cast<type>(hint),
                             __ATOMIC_RELEASE);
        });
    }

    /** The value 0 and, of a NUMA word, the hint -1. Nobody may use the word meanwhile. */
    void reset() const {
        set(0);
        if (kind_.numa) set_hint(FUTEX_NO_NODE);
    }

    futex_waitv waited_for(uint64_t expected) const {
        return {expected & kind_.all(), reinterpret_cast<uintptr_t>(address_), kind_.flags(), 0};
    }
    futex2_wake_item woken(int count) const {
        return {address_, kind_.all(), count, kind_.flags()};
    }

  private:
    platform::width width() const { return static_cast<platform::width>(kind_.size); }

    void* address_ = nullptr;
    word_kind kind_ = abi_test::u32;
};

}  // namespace futex2::stress
