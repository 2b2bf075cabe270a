// SPDX-License-Identifier: MIT
// The checks of arguments, each with the errno of Linux 6.18 (kernel/futex/
// futex.h: futex_flags_valid, futex_validate_input; core.c: get_futex_key;
// syscalls.c: futex2_setup_timeout). The calls put them in the kernel's order.
#pragma once

#include <futex2/futex2.h>

#include <cerrno>

#include "engine/wake.hpp"
#include "platform/native.hpp"

namespace futex2::abi {

using engine::word_kind;

inline constexpr unsigned known_flags =
    FUTEX2_SIZE_MASK | FUTEX2_NUMA | FUTEX2_MPOL | FUTEX2_PRIVATE;

// A word's flags, taken apart.
struct word_flags {
    unsigned flags;

    bool known() const { return (flags & ~known_flags) == 0; }
    // The flags of a wake.
    bool known_of_wake() const { return (flags & ~(known_flags | FUTEX2_WAKE_LOCAL)) == 0; }
    bool local_first() const { return (flags & FUTEX2_WAKE_LOCAL) != 0; }
    word_kind kind() const { return {flags & (FUTEX2_SIZE_MASK | FUTEX2_NUMA)}; }
    bool by_policy() const { return (flags & FUTEX2_MPOL) != 0; }
    bool is_private() const { return (flags & FUTEX2_PRIVATE) != 0; }

    // Whether a value or a mask has no bits above the word's size.
    bool fits(uint64_t value) const { return value <= engine::kinds.most[kind().bits]; }
    // The same for 1 to the most: 0 wraps to above it.
    bool in_range_not_0(uint64_t mask) const { return mask - 1 < engine::kinds.most[kind().bits]; }
    // Aligned to its size, the hint included.
    bool aligned(uintptr_t address) const {
        return (address & engine::kinds.bits_below[kind().bits]) == 0;
    }
};

// Alignment, then whether the address can be user memory.
inline int check_address(const void* word, word_flags flags) {
    const auto address = reinterpret_cast<uintptr_t>(word);
    if (!flags.aligned(address)) return -EINVAL;
    // The limit is aligned too: what begins below it ends below it.
    return address >= platform::user_address_limit ? -EFAULT : 0;
}

inline int check_deadline(const struct timespec* deadline, clockid_t clock) {
    if (deadline == nullptr) return 0;
    if (clock != CLOCK_MONOTONIC && clock != CLOCK_REALTIME) return -EINVAL;
    const bool normal =
        deadline->tv_sec >= 0 && deadline->tv_nsec >= 0 && deadline->tv_nsec < 1'000'000'000;
    return normal ? 0 : -EINVAL;
}

// The checks of a wake or a wait that passes them all, in as few instructions as it
// takes: a wake with nobody waiting is hardly longer than its fence. Which one failed,
// and in which order they go, is found out afterwards.
inline bool is_sound(const void* word, uint64_t mask, word_flags flags) {
    const auto address = reinterpret_cast<uintptr_t>(word);
    const unsigned unusual = flags.flags & ~(0u | FUTEX2_SIZE_MASK | FUTEX2_NUMA | FUTEX2_MPOL);
    const bool known_and_private = unusual == FUTEX2_PRIVATE;
    return known_and_private && flags.in_range_not_0(mask) && flags.aligned(address) &&
           address < platform::user_address_limit;
}

inline int check_wake(const void* word, uint64_t mask, word_flags flags) {
    if (!flags.known_of_wake() || !flags.fits(mask) || mask == 0) return -EINVAL;
    return check_address(word, flags);
}

// One word of a waitv or a requeue, but for its address.
inline int check_waitv_entry(const struct futex_waitv& entry) {
    const word_flags flags{entry.flags};
    return flags.known() && entry.__reserved == 0 && flags.fits(entry.val) ? 0 : -EINVAL;
}

inline void* word_of(const struct futex_waitv& entry) {
    return reinterpret_cast<void*>(static_cast<uintptr_t>(entry.uaddr));
}

inline engine::wake_request request_of(const struct futex2_wake_item& item) {
    const word_flags flags{item.flags};
    return {item.word, item.mask, item.count, flags.kind(), flags.local_first()};
}

}  // namespace futex2::abi
