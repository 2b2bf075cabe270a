// SPDX-License-Identifier: MIT
// Atomics and plain fields of the real machine, over the compiler's builtins.
#pragma once

#include <type_traits>

#include "platform/concept.hpp"

namespace futex2::platform {

constexpr int memory_order_of(order o) {
    switch (o) {
        case order::relaxed:
            return __ATOMIC_RELAXED;
        case order::acquire:
            return __ATOMIC_ACQUIRE;
        case order::release:
            return __ATOMIC_RELEASE;
        case order::acq_rel:
            return __ATOMIC_ACQ_REL;
        case order::seq_cst:
            break;
    }
    return __ATOMIC_SEQ_CST;
}

// All-zero bytes are a valid value: tables and parkers come zeroed from the kernel.
template <class T>
class native_atomic {
  public:
    constexpr native_atomic() = default;
    explicit constexpr native_atomic(T v) : value_(v) {}
    native_atomic(const native_atomic&) = delete;
    native_atomic& operator=(const native_atomic&) = delete;

    T load(order o) const { return __atomic_load_n(&value_, memory_order_of(o)); }
    void store(T v, order o) { __atomic_store_n(&value_, v, memory_order_of(o)); }
    T exchange(T v, order o) { return __atomic_exchange_n(&value_, v, memory_order_of(o)); }
    bool compare_exchange(T expected, T desired, order o) {
        return __atomic_compare_exchange_n(&value_, &expected, desired, false, memory_order_of(o),
                                           __ATOMIC_RELAXED);
    }
    T fetch_add(T v, order o) { return __atomic_fetch_add(&value_, v, memory_order_of(o)); }
    T fetch_sub(T v, order o) { return __atomic_fetch_sub(&value_, v, memory_order_of(o)); }
    T fetch_and(T v, order o) { return __atomic_fetch_and(&value_, v, memory_order_of(o)); }

    // For the kernel, which takes the word's address.
    T* address() { return &value_; }

  private:
    static_assert(sizeof(T) <= 8, "16-byte atomics are in word.hpp");
    T value_{};
};

template <class T>
class native_plain {
  public:
    constexpr native_plain() = default;
    native_plain(const native_plain&) = delete;
    native_plain& operator=(const native_plain&) = delete;

    T get() const { return value_; }
    void set(T v) { value_ = v; }

  private:
    T value_{};
};

// Full fence. On x86-64 a locked instruction: 6 ns where mfence takes 23
// (tests/stress/litmus.cpp shows what it is for). ThreadSanitizer knows neither, and
// needs neither: it orders threads by the atomics themselves.
inline void full_fence() {
#if defined(__x86_64__)
    __asm__ volatile("lock; orq $0, (%%rsp)" ::: "memory", "cc");
#elif defined(__aarch64__)
    __asm__ volatile("dmb ish" ::: "memory");
#else
#error "futex2: no full fence for this architecture"
#endif
}

inline void full_fence_after_rmw() {
#if defined(__x86_64__)
    __asm__ volatile("" ::: "memory");  // every locked instruction is one
#else
    full_fence();
#endif
}

inline void cpu_pause() {
#if defined(__x86_64__)
    __asm__ volatile("pause" ::: "memory");
#elif defined(__aarch64__)
    __asm__ volatile("isb" ::: "memory");  // yield is a no-op on most cores
#endif
}

}  // namespace futex2::platform
