// SPDX-License-Identifier: MIT
// What the counted calls are made of: this library, and the kernel's calls. Each returns what
// the call does; a wake is of any mask.
#pragma once

#include <futex2/futex2.h>

#include <cstdint>

#include "kernel/calls.hpp"

namespace futex2::lab {

inline constexpr uint64_t any = UINT32_MAX;

inline futex_waitv entry_of(const void* word, unsigned kind) {
    return {0, reinterpret_cast<uintptr_t>(word), kind, 0};
}

/** Its NUMA words. */
struct library {
    static constexpr const char* name = "user";
    static constexpr bool is_library = true;
    static constexpr unsigned kind = FUTEX2_SIZE_U32 | FUTEX2_NUMA | FUTEX2_PRIVATE;

    static int wait(futex32_numa& word, uint32_t expected) {
        return futex2_wait(&word, expected, any, kind, nullptr, CLOCK_MONOTONIC);
    }
    static int wake(futex32_numa& word, int count) { return futex2_wake(&word, any, count, kind); }
    /** Wakes one, moves one; both words are 0. */
    static int requeue(futex32_numa& from, futex32_numa& to) {
        futex_waitv from_to[] = {entry(from), entry(to)};
        return futex2_requeue(from_to, 0, 1, 1);
    }
    static futex_waitv entry(futex32_numa& word) { return entry_of(&word, kind); }
    static int waitv(futex_waitv* words, unsigned count) {
        return futex2_waitv(words, count, 0, nullptr, CLOCK_MONOTONIC);
    }
};

/** futex(2), on the values alone, and futex_waitv(2), which has no older form. */
struct futex {
    static constexpr const char* name = "kernel";
    static constexpr bool is_library = false;
    static constexpr int flags = FUTEX_PRIVATE_FLAG;

    static int wait(futex32_numa& word, uint32_t expected) {
        return static_cast<int>(kernel::futex_wait_relative(value(word), expected, flags, nullptr));
    }
    static int wake(futex32_numa& word, int count) {
        return static_cast<int>(kernel::futex_wake(value(word), count, flags));
    }
    static int requeue(futex32_numa& from, futex32_numa& to) {
        return static_cast<int>(kernel::futex_cmp_requeue(value(from), value(to), 0, 1, 1, flags));
    }
    static futex_waitv entry(futex32_numa& word) {
        return entry_of(&word, FUTEX2_SIZE_U32 | FUTEX2_PRIVATE);
    }
    static int waitv(futex_waitv* words, unsigned count) {
        return static_cast<int>(kernel::waitv(words, count, 0, nullptr, CLOCK_MONOTONIC));
    }

  private:
    static const uint32_t* value(futex32_numa& word) {
        return reinterpret_cast<const uint32_t*>(&word);  // which is aligned for it
    }
};

/** The kernel's futex2 with its NUMA words (Linux 6.16). */
struct futex2_numa {
    static constexpr const char* name = "kernel2";
    static constexpr bool is_library = false;
    static constexpr unsigned kind = library::kind;

    static int wait(futex32_numa& word, uint32_t expected) {
        return static_cast<int>(kernel::wait(&word, expected, any, kind, nullptr, CLOCK_MONOTONIC));
    }
    static int wake(futex32_numa& word, int count) {
        return static_cast<int>(kernel::wake(&word, any, count, kind));
    }
    static int requeue(futex32_numa& from, futex32_numa& to) {
        futex_waitv from_to[] = {entry(from), entry(to)};
        return static_cast<int>(kernel::requeue(from_to, 0, 1, 1));
    }
    static futex_waitv entry(futex32_numa& word) { return entry_of(&word, kind); }
    static int waitv(futex_waitv* words, unsigned count) {
        return static_cast<int>(kernel::waitv(words, count, 0, nullptr, CLOCK_MONOTONIC));
    }
};

}  // namespace futex2::lab
