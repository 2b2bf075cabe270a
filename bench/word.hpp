// SPDX-License-Identifier: MIT
// The words that the workloads wait on.
#pragma once

#include <futex2/futex2.h>

#include <limits>
#include <type_traits>

namespace futex2::bench {

/** A word without a node. */
template <class T>
struct alignas(sizeof(T)) plain_word {
    using value_type = T;
    using plain = plain_word<T>;
    static constexpr bool numa = false;

    T value{};
};

template <class T>
struct alignas(2 * sizeof(T)) numa_word {
    using value_type = T;
    using plain = plain_word<T>;
    static constexpr bool numa = true;

    T value{};
    std::make_signed_t<T> hint = FUTEX_NO_NODE;
};

template <class Word>
inline constexpr unsigned bits_of = 8 * sizeof(typename Word::value_type);

/** FUTEX2_SIZE_* and FUTEX2_NUMA. */
template <class Word>
inline constexpr unsigned kind_flags = (bits_of<Word> == 8    ? FUTEX2_SIZE_U8
                                        : bits_of<Word> == 16 ? FUTEX2_SIZE_U16
                                        : bits_of<Word> == 32 ? FUTEX2_SIZE_U32
                                                              : FUTEX2_SIZE_U64) |
                                       (Word::numa ? FUTEX2_NUMA : 0);

template <class Word>
inline constexpr uint64_t any_mask = std::numeric_limits<typename Word::value_type>::max();

// acquire and release are enough for what the words carry; the order between a
// store and the look for waiters is the engines' affair.

template <class Word>
typename Word::value_type load(const Word& word) noexcept {
    return __atomic_load_n(&word.value, __ATOMIC_ACQUIRE);
}

template <class Word>
void store(Word& word, typename Word::value_type value) noexcept {
    __atomic_store_n(&word.value, value, __ATOMIC_RELEASE);
}

/** A word that shares its cache lines with no other. */
template <class Word>
struct alignas(128) padded : Word {};

}  // namespace futex2::bench
