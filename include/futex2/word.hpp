// SPDX-License-Identifier: MIT
/**
 * What can be a futex's value, and the waits and wakes on a std::atomic of it.
 *
 * The types of futex.hpp and the list of wait_any.hpp stand on this file; use it
 * alone to wait on atomics that are there already.
 *
 * Errors. A wait that cannot be done throws std::system_error:
 *   not_enough_memory  the library's first mapping failed
 *   invalid_argument   mask 0; a hint that names no node of this machine; a
 *                      deadline that is malformed or on a third clock
 *   bad_address        the word does not lie in user memory
 * Compiled with -fno-exceptions it calls std::abort(). A signal is no error: a
 * wait goes on after the handler (wait_once() alone reports it).
 * A wake never throws: it returns how many threads it woke. Misuse (mask 0, an
 * impossible hint) wakes nobody; unless NDEBUG is defined it fails an assertion.
 */
#ifndef FUTEX2_WORD_HPP
#define FUTEX2_WORD_HPP

#include <futex2/futex2.h>

#include <atomic>
#include <bit>
#include <cassert>
#include <cerrno>
#include <climits>
#include <cstdint>
#include <cstdlib>
#include <futex2/deadline.hpp>
#include <limits>
#include <system_error>
#include <type_traits>

#if defined(__SANITIZE_THREAD__)
#define FUTEX2_THREAD_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define FUTEX2_THREAD_SANITIZER 1
#endif
#endif
#if defined(FUTEX2_THREAD_SANITIZER)
extern "C" void __tsan_release(void* address);
#endif

namespace futex2 {

/**
 * A value of 1, 2, 4 or 8 bytes that equals another exactly when all their bytes
 * are equal: integers, bool, enums, pointers, structs without padding. Floating
 * point is compared by its bytes too, as std::atomic does.
 */
template <class T>
concept futex_value = std::is_trivially_copyable_v<T> && std::same_as<T, std::remove_cv_t<T>> &&
                      (sizeof(T) == 1 || sizeof(T) == 2 || sizeof(T) == 4 || sizeof(T) == 8) &&
                      (std::has_unique_object_representations_v<T> || std::is_floating_point_v<T>);

namespace detail {

// The unsigned integer of a size, and the same for access to a value of another type. Atomic
// accesses go through it, whatever T is: of a struct with a smaller alignment std::atomic is
// lock-free too, but clang makes it a call to libatomic.
template <std::size_t Size>
struct unsigned_of;
template <>
struct unsigned_of<1> {
    using type = std::uint8_t;
    using aliased [[gnu::may_alias]] = std::uint8_t;
};
template <>
struct unsigned_of<2> {
    using type = std::uint16_t;
    using aliased [[gnu::may_alias]] = std::uint16_t;
};
template <>
struct unsigned_of<4> {
    using type = std::uint32_t;
    using aliased [[gnu::may_alias]] = std::uint32_t;
};
template <>
struct unsigned_of<8> {
    using type = std::uint64_t;
    using aliased [[gnu::may_alias]] = std::uint64_t;
};

template <class T>
using bits_of = typename unsigned_of<sizeof(T)>::type;

template <futex_value T>
constexpr bits_of<T> to_bits(T value) {
    return std::bit_cast<bits_of<T>>(value);
}

// std::memory_order's values are those of the compilers' __ATOMIC_RELAXED to __ATOMIC_SEQ_CST.
constexpr int builtin(std::memory_order order) {
    return static_cast<int>(order);
}

template <std::size_t Size>
auto load_bits(const void* word, std::memory_order order) noexcept {
    using aliased = typename unsigned_of<Size>::aliased;
    return __atomic_load_n(static_cast<const aliased*>(word), builtin(order));
}

// FUTEX2_SIZE_U8, _U16, _U32 and _U64 are 0, 1, 2 and 3.
template <futex_value T>
inline constexpr unsigned plain_flags = FUTEX2_PRIVATE |
                                        static_cast<unsigned>(std::countr_zero(sizeof(T)));

template <futex_value T>
inline constexpr bits_of<T> any_mask = std::numeric_limits<bits_of<T>>::max();

// Out of line, so that the loops around it stay small.
[[noreturn, gnu::cold, gnu::noinline]] inline void fail(std::errc error, const char* what) {
#if defined(__cpp_exceptions)
    throw std::system_error(std::make_error_code(error), what);
#else
    static_cast<void>(error), static_cast<void>(what);
    std::abort();
#endif
}

// Lets through what a waiting loop answers by looking at the value again.
inline void require_routine(std::errc error, const char* what) {
    const bool routine = error == std::errc{} || error == std::errc::timed_out ||
                         error == std::errc::resource_unavailable_try_again ||
                         error == std::errc::interrupted;
    if (!routine) {
        fail(error, what);
    }
}

// What a C call came to: nothing, or the exception.
inline void require(int error, const char* what) {
    if (error < 0) [[unlikely]] {
        fail(static_cast<std::errc>(-error), what);
    }
}

// Whether call(deadline) was done by time: it answers 0, or a negative errno.
template <class Time, class Call>
bool done_by(const Time& time, const char* what, const Call& call) {
    for (;;) {
        const int error = call(to_deadline(time));
        if (error != -ETIMEDOUT) {
            require(error, what);
            return true;
        }
        if (timeout_holds(time)) {
            return false;
        }
    }
}

// The library is about to store into the word: ThreadSanitizer does not see that it releases.
inline void will_be_stored([[maybe_unused]] void* word) noexcept {
#if defined(FUTEX2_THREAD_SANITIZER)
    __tsan_release(word);
#endif
}

inline int woken(int result) noexcept {
    assert(result >= 0 && "futex2: a wake with mask 0, or of a word whose hint was damaged");
    return result > 0 ? result : 0;
}

template <futex_value T>
bool holds(const void* word, T old, std::memory_order order) noexcept {
    return load_bits<sizeof(T)>(word, order) == to_bits(old);
}

template <futex_value T>
std::errc wait_once(const void* word, unsigned flags, T old, bits_of<T> mask,
                    const deadline* until) noexcept {
    // acquire: pairs with the store of whoever changed the value, as in futex2_wait().
    if (!holds(word, old, std::memory_order::acquire)) {
        return std::errc::resource_unavailable_try_again;
    }
    // Of a plain word the call writes nothing, and of a NUMA word the hint, which is mutable.
    return static_cast<std::errc>(-futex2_wait(const_cast<void*>(word), to_bits(old), mask, flags,
                                               until ? &until->time : nullptr,
                                               until ? until->clock : CLOCK_MONOTONIC));
}

template <futex_value T>
void wait(const void* word, unsigned flags, T old, std::memory_order order, bits_of<T> mask) {
    while (holds(word, old, order)) {
        require_routine(wait_once(word, flags, old, mask, nullptr), "futex2: wait");
    }
}

template <futex_value T, class Time>
bool wait_until(const void* word, unsigned flags, T old, const Time& time, std::memory_order order,
                bits_of<T> mask) {
    while (holds(word, old, order)) {
        const deadline until = to_deadline(time);
        const std::errc error = wait_once(word, flags, old, mask, &until);
        require_routine(error, "futex2: wait_until");
        if (error == std::errc::timed_out && timeout_holds(time)) {
            return !holds(word, old, order);
        }
    }
    return true;
}

// Reads the clock only if it must wait.
template <futex_value T, class Duration>
bool wait_for(const void* word, unsigned flags, T old, const Duration& time,
              std::memory_order order, bits_of<T> mask) {
    return !holds(word, old, order) || wait_until(word, flags, old, to_deadline(time), order, mask);
}

// The call makes the fence that a wake needs before it looks for waiters. In a header it would
// be the compiler's: clang makes a seq_cst fence an mfence, 23 ns against the call's 6.
inline int wake(const void* word, unsigned flags, int count, std::uint64_t mask) noexcept {
    return woken(futex2_wake(const_cast<void*>(word), mask, count, flags));
}

template <class T>
using same = std::type_identity_t<T>;  // deduces nothing, so that wait(word, 0) works

template <futex_value T>
const void* word_of(const std::atomic<T>& word) noexcept {
    static_assert(sizeof word == sizeof(T) && std::atomic<T>::is_always_lock_free);
    return &word;
}

}  // namespace detail

/**
 * Blocks until word's value differs from old, as word.wait(old, order) does.
 *
 * The value is loaded with order (not release, not acq_rel) each time that it is
 * looked at; when it differs at once nothing is called. The other side changes
 * the value, with any order, and calls futex2::notify_one() or notify_all():
 * std::atomic's own members of those names do not wake these waits.
 */
template <futex_value T>
void wait(const std::atomic<T>& word, detail::same<T> old,
          std::memory_order order = std::memory_order::seq_cst) {
    detail::wait<T>(detail::word_of(word), detail::plain_flags<T>, old, order, detail::any_mask<T>);
}

/** wait() until time at the latest. Returns false if the value was still old then. */
template <futex_value T, class Clock, class Duration>
bool wait_until(const std::atomic<T>& word, detail::same<T> old,
                const std::chrono::time_point<Clock, Duration>& time,
                std::memory_order order = std::memory_order::seq_cst) {
    return detail::wait_until<T>(detail::word_of(word), detail::plain_flags<T>, old, time, order,
                                 detail::any_mask<T>);
}

/** wait() for so long at most, on steady_clock. Returns false if the value was still old then. */
template <futex_value T, class Rep, class Period>
bool wait_for(const std::atomic<T>& word, detail::same<T> old,
              const std::chrono::duration<Rep, Period>& time,
              std::memory_order order = std::memory_order::seq_cst) {
    return detail::wait_until<T>(detail::word_of(word), detail::plain_flags<T>, old,
                                 to_deadline(time), order, detail::any_mask<T>);
}

/** Wakes the thread that has waited longest, if one waits. Signal-safe; a full fence first. */
template <futex_value T>
void notify_one(std::atomic<T>& word) noexcept {
    detail::wake(detail::word_of(word), detail::plain_flags<T>, 1, detail::any_mask<T>);
}

/** Wakes all threads that wait. Signal-safe; a full fence first. */
template <futex_value T>
void notify_all(std::atomic<T>& word) noexcept {
    detail::wake(detail::word_of(word), detail::plain_flags<T>, INT_MAX, detail::any_mask<T>);
}

}  // namespace futex2

#endif
