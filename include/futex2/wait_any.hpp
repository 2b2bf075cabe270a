// SPDX-License-Identifier: MIT
/**
 * Waiting on several words at once, of any sizes and kinds:
 *
 *     std::size_t first = futex2::wait_any(futex2::word(bell, 0), futex2::word(stop, false));
 *
 * Returns the index, in the order given, of
 *   - a word whose value differs from its old one, the first of them if some
 *     word differs before the thread sleeps; or
 *   - the word whose wake ended the sleep, whatever its value is by then.
 * So look at the word that is named, and wait again if it says nothing new.
 *
 * Values are read with acquire, and what was written before the change or the
 * wake is visible afterwards. Errors as in word.hpp; a list that is empty or has
 * more than FUTEX_WAITV_MAX words is std::invalid_argument (of a pack: it does
 * not compile). Every word must live until the call has returned. Uses 128 bytes
 * of stack a word, allocates nothing, and is not for signal handlers.
 */
#ifndef FUTEX2_WAIT_ANY_HPP
#define FUTEX2_WAIT_ANY_HPP

#include <futex2/futex2.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <futex2/deadline.hpp>
#include <futex2/word.hpp>
#include <optional>
#include <span>
#include <stdexcept>

namespace futex2 {

template <futex_value T, bool Numa>
class basic_futex;  // futex.hpp

/** One word of a list, as futex2_waitv() takes it; made by word(). */
using waitable = struct ::futex_waitv;

/** An atomic, and the value that it is not to keep. */
template <futex_value T>
waitable word(const std::atomic<T>& value, detail::same<T> old) noexcept {
    return {detail::to_bits<T>(old), reinterpret_cast<std::uintptr_t>(detail::word_of(value)),
            detail::plain_flags<T>, 0};
}

/** A futex or numa_futex, and the value that it is not to keep. */
template <futex_value T, bool Numa>
waitable word(const basic_futex<T, Numa>& value, detail::same<T> old) noexcept {
    return {detail::to_bits<T>(old), reinterpret_cast<std::uintptr_t>(value.address()), value.flags,
            0};
}

namespace detail {

template <std::size_t Size>
bool differs(const waitable& item) noexcept {
    const auto* word = reinterpret_cast<const void*>(static_cast<std::uintptr_t>(item.uaddr));
    return load_bits<Size>(word, std::memory_order::acquire) != item.val;
}

inline bool differs(const waitable& item) noexcept {
    switch (item.flags & FUTEX2_SIZE_MASK) {
        case FUTEX2_SIZE_U8:
            return differs<1>(item);
        case FUTEX2_SIZE_U16:
            return differs<2>(item);
        case FUTEX2_SIZE_U32:
            return differs<4>(item);
        default:
            return differs<8>(item);
    }
}

inline std::optional<std::size_t> first_different(std::span<const waitable> words) noexcept {
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (differs(words[i])) {
            return i;
        }
    }
    return std::nullopt;
}

// The index of the word that was woken, or a negative errno.
inline int waitv_once(std::span<const waitable> words, const deadline* until) noexcept {
    // The call reads the list only; its parameter is the system call's.
    return futex2_waitv(const_cast<waitable*>(words.data()), static_cast<unsigned>(words.size()), 0,
                        until ? &until->time : nullptr, until ? until->clock : CLOCK_MONOTONIC);
}

inline void require_length(std::span<const waitable> words) {
    if (words.empty() || words.size() > FUTEX_WAITV_MAX) {
#if defined(__cpp_exceptions)
        throw std::invalid_argument("futex2: wait_any takes 1 to 128 words");
#else
        std::abort();
#endif
    }
}

template <class... Words>
concept waitable_pack = sizeof...(Words) >= 1 && sizeof...(Words) <= FUTEX_WAITV_MAX &&
                        (std::same_as<Words, waitable> && ...);

}  // namespace detail

/** Blocks until a word differs or is woken; returns its index. */
inline std::size_t wait_any(std::span<const waitable> words) {
    detail::require_length(words);
    for (;;) {
        if (const auto index = detail::first_different(words)) {
            return *index;
        }
        const int result = detail::waitv_once(words, nullptr);
        if (result >= 0) {
            return static_cast<std::size_t>(result);
        }
        detail::require_routine(static_cast<std::errc>(-result), "futex2: wait_any");
    }
}

/** wait_any() until time (a time_point of any clock, or a deadline); nothing when it has passed. */
template <class Time>
std::optional<std::size_t> wait_any_until(const Time& time, std::span<const waitable> words) {
    detail::require_length(words);
    for (;;) {
        if (const auto index = detail::first_different(words)) {
            return index;
        }
        const deadline until = to_deadline(time);
        const int result = detail::waitv_once(words, &until);
        if (result >= 0) {
            return static_cast<std::size_t>(result);
        }
        const auto error = static_cast<std::errc>(-result);
        detail::require_routine(error, "futex2: wait_any_until");
        if (error == std::errc::timed_out && detail::timeout_holds(time)) {
            return detail::first_different(words);
        }
    }
}

/** wait_any() for so long at most, on steady_clock; nothing when it has passed. */
template <class Rep, class Period>
std::optional<std::size_t> wait_any_for(const std::chrono::duration<Rep, Period>& time,
                                        std::span<const waitable> words) {
    detail::require_length(words);
    if (const auto index = detail::first_different(words)) {
        return index;  // without a look at the clock
    }
    return wait_any_until(to_deadline(time), words);
}

template <class... Words>
std::size_t wait_any(const Words&... words) requires detail::waitable_pack<Words...> {
    const waitable list[] = {words...};
    return wait_any(std::span<const waitable>(list));
}

template <class Time, class... Words>
std::optional<std::size_t> wait_any_until(
    const Time& time, const Words&... words) requires detail::waitable_pack<Words...> {
    const waitable list[] = {words...};
    return wait_any_until(time, std::span<const waitable>(list));
}

template <class Rep, class Period, class... Words>
std::optional<std::size_t> wait_any_for(
    const std::chrono::duration<Rep, Period>& time,
    const Words&... words) requires detail::waitable_pack<Words...> {
    const waitable list[] = {words...};
    return wait_any_for(time, std::span<const waitable>(list));
}

}  // namespace futex2

#endif
