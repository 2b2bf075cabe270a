// SPDX-License-Identifier: MIT
/**
 * futex2 for C++20: a value that threads can sleep on until it changes.
 *
 *     futex2::futex<std::uint8_t> ready{0};       // one byte
 *     ready.wait(0);                              // one thread: sleeps while it is 0
 *     ready.store_and_wake(1);                    // another: stores, wakes all sleepers
 *
 * futex<T> is a plain word, as large as T. numa_futex<T> carries the NUMA node
 * whose table its waiters are queued in, and is twice as large; its waits and
 * wakes touch memory of that node, and a wake that nobody waits for reads the
 * word alone. word.hpp does the same for atomics, wait_any.hpp for many words.
 *
 * Words are private to the process. A word lives while anybody waits on it and
 * during every call on it, but for store_and_wake(): after its store the word
 * may be destroyed at once by whoever sees the new value. Errors: see word.hpp.
 */
#ifndef FUTEX2_FUTEX_HPP
#define FUTEX2_FUTEX_HPP

#include <futex2/futex2.h>

#include <atomic>
#include <bit>
#include <climits>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <futex2/deadline.hpp>
#include <futex2/wait_any.hpp>
#include <futex2/word.hpp>
#include <type_traits>

namespace futex2 {
namespace detail {

template <class T, bool Numa>
struct storage {
    alignas(sizeof(T)) T value;
};

// As futexN_numa. The library changes value and hint with one instruction while this header
// changes the value alone: both are single instructions on one cache line.
template <class T>
struct storage<T, true> {
    alignas(2 * sizeof(T)) T value;
    alignas(sizeof(T)) mutable std::make_signed_t<bits_of<T>> hint{FUTEX_NO_NODE};  // waits set it
};

// The order of a failed exchange, as std::atomic derives it.
constexpr std::memory_order without_release(std::memory_order order) {
    switch (order) {
        case std::memory_order::acq_rel:
            return std::memory_order::acquire;
        case std::memory_order::release:
            return std::memory_order::relaxed;
        default:
            return order;
    }
}

template <class T>
concept object_pointer = std::is_pointer_v<T> && std::is_object_v<std::remove_pointer_t<T>>;
template <class T>
concept counting = (std::integral<T> && !std::same_as<T, bool>) || object_pointer<T>;
template <class T>
concept bitwise = std::integral<T> && !std::same_as<T, bool>;
template <class T>
using difference = std::conditional_t<std::is_pointer_v<T>, std::ptrdiff_t, T>;

// What adding n to a T adds to its bits.
template <class T>
constexpr bits_of<T> step(difference<T> n) {
    if constexpr (std::is_pointer_v<T>) {
        return static_cast<bits_of<T>>(n) * sizeof(std::remove_pointer_t<T>);
    } else {
        return static_cast<bits_of<T>>(n);
    }
}

}  // namespace detail

/** What futex and numa_futex have in common. */
template <futex_value T, bool Numa>
class basic_futex {
    using order = std::memory_order;
    static constexpr order seq_cst = order::seq_cst;

  public:
    using value_type = T;
    /** A wake reaches the waits whose mask has a bit in common with its own. */
    using mask_type = detail::bits_of<T>;
    static constexpr mask_type any = detail::any_mask<T>;
    /** For the C calls: size, kind and FUTEX2_PRIVATE. */
    static constexpr unsigned flags = detail::plain_flags<T> | (Numa ? FUTEX2_NUMA : 0U);

    constexpr basic_futex() noexcept : storage_{T{}} {}
    constexpr explicit basic_futex(T value) noexcept : storage_{value} {}
    basic_futex(const basic_futex&) = delete;
    basic_futex& operator=(const basic_futex&) = delete;

    /** For the C calls: futexN_numa, or the value alone. */
    void* address() noexcept { return &storage_; }
    const void* address() const noexcept { return &storage_; }

    // The value, as in std::atomic<T>. None of these wakes anybody.

    T load(order o = seq_cst) const noexcept {
        return from_bits(detail::load_bits<sizeof(T)>(address(), o));
    }
    void store(T value, order o = seq_cst) noexcept {
        __atomic_store_n(cell(), detail::to_bits(value), detail::builtin(o));
    }
    T exchange(T value, order o = seq_cst) noexcept {
        return from_bits(__atomic_exchange_n(cell(), detail::to_bits(value), detail::builtin(o)));
    }

    bool compare_exchange_weak(T& expected, T value, order o = seq_cst) noexcept {
        return compare_exchange_weak(expected, value, o, detail::without_release(o));
    }
    bool compare_exchange_weak(T& expected, T value, order success, order failure) noexcept {
        return compare_exchange<true>(expected, value, success, failure);
    }
    bool compare_exchange_strong(T& expected, T value, order o = seq_cst) noexcept {
        return compare_exchange_strong(expected, value, o, detail::without_release(o));
    }
    bool compare_exchange_strong(T& expected, T value, order success, order failure) noexcept {
        return compare_exchange<false>(expected, value, success, failure);
    }

    T fetch_add(detail::difference<T> n, order o = seq_cst) noexcept requires detail::counting<T> {
        return from_bits(__atomic_fetch_add(cell(), detail::step<T>(n), detail::builtin(o)));
    }
    T fetch_sub(detail::difference<T> n, order o = seq_cst) noexcept requires detail::counting<T> {
        return from_bits(__atomic_fetch_sub(cell(), detail::step<T>(n), detail::builtin(o)));
    }
    T fetch_and(T bits, order o = seq_cst) noexcept requires detail::bitwise<T> {
        return from_bits(__atomic_fetch_and(cell(), detail::to_bits(bits), detail::builtin(o)));
    }
    T fetch_or(T bits, order o = seq_cst) noexcept requires detail::bitwise<T> {
        return from_bits(__atomic_fetch_or(cell(), detail::to_bits(bits), detail::builtin(o)));
    }
    T fetch_xor(T bits, order o = seq_cst) noexcept requires detail::bitwise<T> {
        return from_bits(__atomic_fetch_xor(cell(), detail::to_bits(bits), detail::builtin(o)));
    }

    /**
     * Blocks until the value differs from old.
     *
     * Returns only then: wakes that are meant for nobody and signals make it look
     * again. The order (not release, not acq_rel) is that of each look. A value
     * that differs at once costs one load. Not for signal handlers.
     */
    void wait(T old, order o = seq_cst, mask_type mask = any) const {
        detail::wait<T>(address(), flags, old, o, mask);
    }

    /** wait() until time on any clock; false if the value was still old then. See deadline.hpp. */
    template <class Clock, class Duration>
    bool wait_until(T old, const std::chrono::time_point<Clock, Duration>& time, order o = seq_cst,
                    mask_type mask = any) const {
        return detail::wait_until<T>(address(), flags, old, time, o, mask);
    }
    bool wait_until(T old, const deadline& time, order o = seq_cst, mask_type mask = any) const {
        return detail::wait_until<T>(address(), flags, old, time, o, mask);
    }

    /** wait() for so long at most, on steady_clock; false if the value was still old then. */
    template <class Rep, class Period>
    bool wait_for(T old, const std::chrono::duration<Rep, Period>& time, order o = seq_cst,
                  mask_type mask = any) const {
        return detail::wait_for<T>(address(), flags, old, time, o, mask);
    }

    /**
     * Sleeps once while the value is old: futex2_wait(), for authors of locks.
     *
     * Returns std::errc{} when woken (perhaps spuriously), or, and throws nothing,
     *   resource_unavailable_try_again  the value differed
     *   timed_out                       until has passed
     *   interrupted                     a signal handler without SA_RESTART ran
     *   invalid_argument, not_enough_memory, bad_address  as in word.hpp
     * The value is read with acquire.
     */
    [[nodiscard]] std::errc wait_once(T old, mask_type mask = any) const noexcept {
        return detail::wait_once<T>(address(), flags, old, mask, nullptr);
    }
    [[nodiscard]] std::errc wait_once(T old, const deadline& until,
                                      mask_type mask = any) const noexcept {
        return detail::wait_once<T>(address(), flags, old, mask, &until);
    }

    /**
     * Wakes up to count waiters, those first that have waited longest.
     *
     * Returns how many; count 0 wakes none, a negative count one. A full fence
     * comes first, so the value may have been changed with any order. Signal-safe.
     */
    int wake(int count, mask_type mask = any) noexcept {
        return detail::wake(address(), flags, count, mask);
    }
    int wake_all(mask_type mask = any) noexcept { return wake(INT_MAX, mask); }

    /** As std::atomic's. */
    void notify_one() noexcept { wake(1); }
    void notify_all() noexcept { wake_all(); }

    /**
     * Stores value (seq_cst) and wakes up to count waiters of any mask; returns how many.
     *
     * The last touch of the word by this thread, so a lock may lie in memory that
     * its next owner frees. Of a numa_futex nobody waits on it is one atomic
     * instruction. If the hint names no node nothing is stored, and it throws
     * std::system_error(invalid_argument). Signal-safe, but for that throw.
     */
    int store_and_wake(T value, int count = INT_MAX) {
        detail::will_be_stored(address());
        const int result = futex2_store_wake(address(), detail::to_bits(value), count, flags);
        if (result < 0) {
            detail::fail(static_cast<std::errc>(-result), "futex2: store_and_wake");
        }
        return result;
    }

  protected:
    constexpr basic_futex(T value, std::make_signed_t<mask_type> node) noexcept requires Numa
        : storage_{value, node} {}

    detail::storage<T, Numa> storage_;

  private:
    using aliased = typename detail::unsigned_of<sizeof(T)>::aliased;

    aliased* cell() noexcept { return static_cast<aliased*>(address()); }
    static T from_bits(mask_type bits) noexcept { return std::bit_cast<T>(bits); }

    template <bool Weak>
    bool compare_exchange(T& expected, T value, order success, order failure) noexcept {
        mask_type seen = detail::to_bits(expected);
        const bool done =
            __atomic_compare_exchange_n(cell(), &seen, detail::to_bits(value), Weak,
                                        detail::builtin(success), detail::builtin(failure));
        if (!done) {
            expected = from_bits(seen);
        }
        return done;
    }
};

/** A word of sizeof(T) bytes; its waiters hash over all nodes' tables. */
template <futex_value T>
class futex : public basic_futex<T, false> {
  public:
    constexpr futex() noexcept = default;
    constexpr explicit futex(T value) noexcept : basic_futex<T, false>(value) {}
};

/** A word of 2 * sizeof(T) bytes: the value, and the node whose table holds its waiters. */
template <futex_value T>
class numa_futex : public basic_futex<T, true> {
  public:
    /** As wide as the value, so that both change together. */
    using hint_type = std::make_signed_t<detail::bits_of<T>>;

    constexpr numa_futex() noexcept = default;
    constexpr explicit numa_futex(T value) noexcept : basic_futex<T, true>(value) {}

    /** With a node of the program's choice, which stays; a wait throws if there is no such node. */
    constexpr numa_futex(T value, hint_type node) noexcept : basic_futex<T, true>(value, node) {}

    /** The node, or -1 when nobody waits and the program chose none. Old as soon as it is read. */
    hint_type hint() const noexcept {
        return __atomic_load_n(&this->storage_.hint, __ATOMIC_ACQUIRE);  // pairs with a wait's step
    }

    /** Chooses the node (-1: none), only while nobody waits and no other thread uses the word. */
    void set_hint(hint_type node) noexcept {
        __atomic_store_n(&this->storage_.hint, node, __ATOMIC_RELEASE);  // pairs with hint()
    }
};

template <class T>
futex(T) -> futex<T>;
template <class T>
numa_futex(T) -> numa_futex<T>;

}  // namespace futex2

#endif
