// SPDX-License-Identifier: MIT
/**
 * What the types of this folder are made of: the kernel's waits on 32 bits that processes share.
 * Not for programs.
 *
 * Rules for all of the types. They hold no address and no identity of a thread, so they may lie
 * at another address in each process, in any memory that is mapped with MAP_SHARED. One process
 * makes the object in place, or takes memory that is all zero where the type says that this is an
 * object; nobody destroys it. Nothing in it notices that a process was killed (docs/guide.md).
 */
#ifndef FUTEX2_SHARED_WORD_HPP
#define FUTEX2_SHARED_WORD_HPP

#include <futex2/futex2.h>

#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <futex2/deadline.hpp>
#include <futex2/word.hpp>
#include <thread>

namespace futex2::detail {

// Sleeps once while the word is `expected`. until: null, or a deadline. 0, or a negative errno.
inline int sleep_on_shared(const void* word, std::uint32_t expected,
                           const deadline* until) noexcept {
    return futex2_wait(const_cast<void*>(word), expected, UINT32_MAX, FUTEX2_SIZE_U32,
                       until != nullptr ? &until->time : nullptr,
                       until != nullptr ? until->clock : CLOCK_MONOTONIC);
}

// The same of a loop that looks again whatever ended the sleep: whether it was the deadline.
inline bool times_out_on_shared(const void* word, std::uint32_t expected, const deadline* until,
                                const char* what) {
    const auto error = static_cast<std::errc>(-sleep_on_shared(word, expected, until));
    require_routine(error, what);
    return error == std::errc::timed_out;
}

// Uses the address alone. The word may be gone by now: then nobody waits for it, and a wake of
// what lies there instead is spurious.
inline void wake_shared(const void* word, int count) noexcept {
    futex2_wake(const_cast<void*>(word), UINT32_MAX, count, FUTEX2_SIZE_U32);
}

// Whether done() comes true within a few looks. Who need not sleep need not be woken, which are
// two system calls. Yields, not pauses: the thread that it waits for may want this CPU.
template <class Done>
bool comes_soon(const Done& done) {
    for (int looks = 4; looks > 0; --looks) {
        std::this_thread::yield();
        if (done()) {
            return true;
        }
    }
    return false;
}

/**
 * A value on which threads sleep, and a count beside it that changes in the same step: whoever
 * changes the value learns from that step all that it must know, and does not touch the word
 * again. The kernel compares the value alone, so a change of the count wakes nobody.
 */
class counted_word {
  public:
    using pair = std::uint64_t;  // the value in the upper half, which overflows into nothing

    static constexpr std::uint32_t value(pair both) {
        return static_cast<std::uint32_t>(both >> 32);
    }
    static constexpr std::uint32_t count(pair both) { return static_cast<std::uint32_t>(both); }
    static constexpr pair of_value(std::uint32_t value) { return pair{value} << 32; }

    constexpr counted_word(std::uint32_t value, std::uint32_t count) noexcept
        : both_(of_value(value) | count) {}

    std::atomic<pair>& both() noexcept { return both_; }
    const std::atomic<pair>& both() const noexcept { return both_; }

    /** The value's address, for the kernel. */
    const void* address() const noexcept {
        static_assert(std::endian::native == std::endian::little);
        return reinterpret_cast<const unsigned char*>(&both_) + sizeof(std::uint32_t);
    }

  private:
    std::atomic<pair> both_;
    static_assert(std::atomic<pair>::is_always_lock_free && sizeof(both_) == sizeof(pair));
};

/** Counts the calling thread in a word while it is about to sleep there, or does. */
class counted_in {
  public:
    // relaxed: the count and the value change in one order, which is all that a sleep needs.
    explicit counted_in(counted_word& word) noexcept : word_(word) {
        word_.both().fetch_add(1, std::memory_order::relaxed);
    }
    counted_in(const counted_in&) = delete;
    counted_in& operator=(const counted_in&) = delete;
    ~counted_in() { word_.both().fetch_sub(1, std::memory_order::relaxed); }

  private:
    counted_word& word_;
};

}  // namespace futex2::detail

#endif
