// SPDX-License-Identifier: MIT
// Atomic access to the user's words: the value half, the hint half, and both at
// once, up to 16 bytes.
//
// The halves of a word are accessed with one width and the pair with another.
// The C++ memory model has no word for that; the machines do: such accesses are
// atomic each, but a wider load may be answered before the narrower store in
// front of it is visible, and only a full fence between the two prevents it.
#pragma once

#include <futex2/futex2.h>

#include <utility>

#include "platform/atomic.hpp"

namespace futex2::platform {

#if defined(__SANITIZE_THREAD__)
#define FUTEX2_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define FUTEX2_TSAN 1
#endif
#endif

#if defined(FUTEX2_TSAN)
extern "C" void __tsan_acquire(void* address);
extern "C" void __tsan_release(void* address);
#endif

// ThreadSanitizer cannot see inside assembly: say what the instruction orders.
inline void announce_release([[maybe_unused]] void* address) {
#if defined(FUTEX2_TSAN)
    __tsan_release(address);
#endif
}
inline void announce_acquire([[maybe_unused]] void* address) {
#if defined(FUTEX2_TSAN)
    __tsan_acquire(address);
#endif
}

// 16 bytes never go through __atomic: g++ sends them to libatomic, and
// ThreadSanitizer to a lock that 8-byte accesses of the same word ignore.
inline bool compare_exchange_16(void* address, uint64_t value, int64_t hint, uint64_t new_value,
                                int64_t new_hint) {
    auto* word = static_cast<futex64_numa*>(address);
    announce_release(address);
#if defined(__x86_64__)
    bool done;
    __asm__ volatile("lock cmpxchg16b %1"
                     : "=@ccz"(done), "+m"(*word), "+a"(value), "+d"(hint)
                     : "b"(new_value), "c"(new_hint)
                     : "memory");
#elif defined(__aarch64__)
    // A pair that was read without a store behind it may be torn. A torn pair
    // that looks equal fails the store; one that looks different is a failure
    // "for no reason", which the callers allow.
    uint64_t old_value;
    int64_t old_hint;
    uint32_t failed;
    bool done = false;
    do {
        __asm__ volatile("ldaxp %0, %1, %2"
                         : "=&r"(old_value), "=&r"(old_hint)
                         : "Q"(*word)
                         : "memory");
        if (old_value != value || old_hint != hint) break;
        __asm__ volatile("stlxp %w0, %2, %3, %1"
                         : "=&r"(failed), "=Q"(*word)
                         : "r"(new_value), "r"(new_hint)
                         : "memory");
        done = failed == 0;
    } while (!done);
#else
#error "futex2: no 16-byte compare-and-swap for this architecture"
#endif
    if (done) announce_acquire(address);
    return done;
}

template <class Value, class Hint, class Pair>
struct word_layout {
    using value = Value;
    using hint = Hint;
    using pair = Pair;
};

// Calls f with the word_layout of a width. Inline: the width is often a constant,
// and the whole access one instruction.
template <class F>
[[gnu::always_inline]] inline decltype(auto) with_layout(width w, F&& f) {
    switch (w) {
        case width::u8:
            return f(word_layout<uint8_t, int8_t, uint16_t>{});
        case width::u16:
            return f(word_layout<uint16_t, int16_t, uint32_t>{});
        case width::u32:
            return f(word_layout<uint32_t, int32_t, uint64_t>{});
        case width::u64:
            break;
    }
    return f(word_layout<uint64_t, int64_t, void>{});
}

inline uint64_t load_value(const void* address, width w) {
    return with_layout(w, [&](auto layout) -> uint64_t {
        using value = typename decltype(layout)::value;
        return __atomic_load_n(static_cast<const value*>(address), __ATOMIC_ACQUIRE);
    });
}

// The 32 bits that a smaller word lies in. Its neighbours are other objects, which a sanitizer
// guards, and others write as they like.
using container = uint32_t __attribute__((may_alias));
__attribute__((no_sanitize("address", "thread"))) inline uint32_t load_container(
    const uint32_t* address) {
    return *static_cast<const volatile container*>(address);
}

inline int64_t load_hint(const void* address, width w) {
    return with_layout(w, [&](auto layout) -> int64_t {
        using hint = typename decltype(layout)::hint;
        return __atomic_load_n(static_cast<const hint*>(address) + 1, __ATOMIC_ACQUIRE);
    });
}

inline void store_value(void* address, width w, uint64_t v, order o) {
    with_layout(w, [&](auto layout) {
        using value = typename decltype(layout)::value;
        __atomic_store_n(static_cast<value*>(address), static_cast<value>(v), memory_order_of(o));
    });
}

inline bool compare_exchange_value(void* address, width w, uint64_t expected, uint64_t desired,
                                   order o) {
    return with_layout(w, [&](auto layout) -> bool {
        using value = typename decltype(layout)::value;
        auto old = static_cast<value>(expected);
        return __atomic_compare_exchange_n(static_cast<value*>(address), &old,
                                           static_cast<value>(desired), false, memory_order_of(o),
                                           __ATOMIC_RELAXED);
    });
}

inline void exchange_value(void* address, width w, uint64_t v) {
    with_layout(w, [&](auto layout) {
        using value = typename decltype(layout)::value;
        __atomic_exchange_n(static_cast<value*>(address), static_cast<value>(v), __ATOMIC_SEQ_CST);
    });
}

template <class Layout>
constexpr typename Layout::pair make_pair(uint64_t value, int64_t hint) {
    using half = std::make_unsigned_t<typename Layout::hint>;
    constexpr unsigned shift = 8 * sizeof(typename Layout::value);
    const auto low = static_cast<uint64_t>(static_cast<typename Layout::value>(value));
    const auto high = static_cast<uint64_t>(static_cast<half>(hint));
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    return static_cast<typename Layout::pair>(low | high << shift);
#else
    return static_cast<typename Layout::pair>(high | low << shift);
#endif
}

inline bool compare_exchange_pair(void* address, width w, uint64_t value, int64_t hint,
                                  uint64_t new_value, int64_t new_hint) {
    return with_layout(w, [&](auto layout) -> bool {
        using pair = typename decltype(layout)::pair;
        if constexpr (std::is_void_v<pair>) {
            return compare_exchange_16(address, value, hint, new_value, new_hint);
        } else {
            auto expected = make_pair<decltype(layout)>(value, hint);
            const auto desired = make_pair<decltype(layout)>(new_value, new_hint);
            return __atomic_compare_exchange_n(static_cast<pair*>(address), &expected, desired,
                                               false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
        }
    });
}

inline bool compare_exchange_hint(void* address, width w, int64_t expected, int64_t desired) {
    return with_layout(w, [&](auto layout) -> bool {
        using hint = typename decltype(layout)::hint;
        auto old = static_cast<hint>(expected);
        return __atomic_compare_exchange_n(static_cast<hint*>(address) + 1, &old,
                                           static_cast<hint>(desired), false, __ATOMIC_SEQ_CST,
                                           __ATOMIC_SEQ_CST);
    });
}

}  // namespace futex2::platform
