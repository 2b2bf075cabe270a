// SPDX-License-Identifier: MIT
// The platform that is a Linux machine.
#pragma once

#include <sched.h>

#include "platform/atomic.hpp"
#include "platform/concept.hpp"
#include "platform/rseq.hpp"
#include "platform/tls.hpp"
#include "platform/word.hpp"

namespace futex2::platform {

struct native {
    template <class T>
    using atomic = native_atomic<T>;
    template <class T>
    using plain = native_plain<T>;

    static void fence() { full_fence(); }
    static void fence_after_rmw() { full_fence_after_rmw(); }
    static void signal_fence() { __atomic_signal_fence(__ATOMIC_SEQ_CST); }
    static void interrupt_point() {}
    static void pause() { cpu_pause(); }
    static void yield() { sched_yield(); }
    static constexpr int lock_spins = 100;  // about the time of one system call

    template <class T>
    static T& self() {
        return thread_object<T>;
    }

    static constexpr int max_nodes = 1024;  // CONFIG_NODES_SHIFT is at most 10
    static int current_cpu();
    // Negative where rseq has no node_id: then the CPU tells.
    static int current_node();
    // get_mempolicy(2) of the address: the first node of MPOL_PREFERRED, else
    // negative. A VMA's home node (set_mempolicy_home_node(2)) cannot be read.
    static int policy_node(const void* address);

    static misuse_handler on_misuse() {
        return __atomic_load_n(&misuse_handler_, __ATOMIC_RELAXED);
    }
    static void set_misuse_handler(misuse_handler f) {
        __atomic_store_n(&misuse_handler_, f, __ATOMIC_RELAXED);
    }
    static int32_t thread_id();

    static uint64_t now() {
        timespec t;
        clock_gettime(CLOCK_MONOTONIC, &t);
        return static_cast<uint64_t>(t.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(t.tv_nsec);
    }

    static int park(atomic<uint32_t>& word, uint32_t expected, deadline until);
    // From now on no others are used to sleep, beside futex(2).
    static void allow_sleep_calls(bool futex_wait, bool futex_waitv);
    static void unpark(atomic<uint32_t>& word);
    static void unpark_all(atomic<uint32_t>& word);
    static constexpr int crowd = 16;
    static bool move_parked(atomic<uint32_t>& from, uint32_t expected, atomic<uint32_t>& to);

    // By a key of pthread_key_create(3). Its first 32 keys need no memory.
    static void at_thread_exit(void (*f)(void*), void* argument);

    static void* map_bytes(size_t bytes, int node, on_fork then);
    static void unmap_bytes(void* address, size_t bytes);

    // For types of which all-zero bytes are a value.
    template <class T>
    static T* map(size_t count, int node, on_fork then) {
        return static_cast<T*>(map_bytes(count * sizeof(T), node, then));
    }
    template <class T>
    static void unmap(T* objects, size_t count) {
        unmap_bytes(objects, count * sizeof(T));
    }

    static uint64_t load_value(const void* address, width w) {
        return platform::load_value(address, w);
    }
    static int64_t load_hint(const void* address, width w) {
        return platform::load_hint(address, w);
    }
    static void store_value_fenced(void* address, width w, uint64_t value) {
        exchange_value(address, w, value);
        fence_after_rmw();
    }
    static void store_value(void* address, width w, uint64_t value, order o) {
        platform::store_value(address, w, value, o);
    }
    static bool compare_exchange_value(void* address, width w, uint64_t expected, uint64_t desired,
                                       order o) {
        return platform::compare_exchange_value(address, w, expected, desired, o);
    }
    static bool compare_exchange_pair(void* address, width w, uint64_t value, int64_t hint,
                                      uint64_t new_value, int64_t new_hint) {
        return platform::compare_exchange_pair(address, w, value, hint, new_value, new_hint);
    }
    static bool compare_exchange_hint(void* address, width w, int64_t expected, int64_t desired) {
        return platform::compare_exchange_hint(address, w, expected, desired);
    }

  private:
    [[gnu::visibility("hidden")]] static constinit misuse_handler misuse_handler_;
};

static_assert(platform_like<native>);

// One past the highest address that user memory can have (the kernel's
// TASK_SIZE_MAX: arch/x86/include/asm/page_64_types.h, arch/arm64/include/asm/
// processor.h): the widest that there is, until find_user_address_limit().
// Not atomic: written while the library is loaded.
[[gnu::visibility("hidden")]] extern constinit uintptr_t user_address_limit;
void find_user_address_limit();

}  // namespace futex2::platform
