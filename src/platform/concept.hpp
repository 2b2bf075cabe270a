// SPDX-License-Identifier: MIT
// What the engine asks of the machine it runs on. The engine is a template over
// this concept, so that the same source runs on Linux (native.hpp) and under a
// model checker.
#pragma once

#include <sys/types.h>
#include <time.h>

#include <concepts>
#include <cstddef>
#include <cstdint>

namespace futex2::platform {

// The engine's own memory orders: a model checker redefines the standard's names.
enum class order { relaxed, acquire, release, acq_rel, seq_cst };

// Size of a word's value: 1 << width bytes. Numerically FUTEX2_SIZE_U8 to U64.
enum class width : uint8_t { u8, u16, u32, u64 };

constexpr size_t bytes_of(width w) {
    return size_t{1} << static_cast<unsigned>(w);
}

constexpr uint64_t all_ones(width w) {
    return ~uint64_t{0} >> (64 - 8 * bytes_of(w));
}

// What a forked child finds in memory: zeroes, or what its parent had there.
enum class on_fork : uint8_t { wipe, keep };

// An absolute point of time after which a wait gives up; no time: never.
struct deadline {
    const timespec* time = nullptr;
    clockid_t clock = CLOCK_MONOTONIC;
};

// What a program does wrong with its words, where the engine sees it.
enum class misuse : uint8_t { two_sizes, hint_overwritten };

// Told the word and a thread that waits on it; does not return.
using misuse_handler = void (*)(misuse, const void* word, int32_t thread);

template <class A, class T>
concept atomic_like = requires(A a, const A c, T v) {
    { c.load(order::acquire) } -> std::same_as<T>;
    a.store(v, order::release);
    { a.exchange(v, order::acq_rel) } -> std::same_as<T>;
    { a.compare_exchange(v, v, order::acq_rel) } -> std::same_as<bool>;
};

template <class P>
concept platform_like = atomic_like<typename P::template atomic<uint32_t>, uint32_t> &&
    requires(typename P::template atomic<uint32_t>& word, typename P::template plain<uint32_t>& p,
             void* address, uint64_t value, int64_t hint) {
    // plain<T>: a shared field that a lock guards.
    { p.get() } -> std::same_as<uint32_t>;
    p.set(uint32_t{});
    { word.fetch_add(1u, order::seq_cst) } -> std::same_as<uint32_t>;
    { word.fetch_sub(1u, order::seq_cst) } -> std::same_as<uint32_t>;

    // Full fence between any two accesses, of any two widths.
    P::fence();
    // The same, directly after an atomic read-modify-write.
    P::fence_after_rmw();
    // Orders this thread's accesses as its own signal handlers see them.
    P::signal_fence();
    // A point at which a model checker may run a signal handler.
    P::interrupt_point();
    P::pause();
    P::yield();  // other threads run on this CPU, if any can
    // So many rounds spins who finds a lock taken, before it sleeps.
    { P::lock_spins } -> std::convertible_to<int>;

    // The calling thread's object of a type that is all-zero at first.
    { P::template self<int>() } -> std::same_as<int&>;
    // Node numbers are below it.
    { P::max_nodes } -> std::convertible_to<int>;
    // Where the calling thread runs; negative: not known.
    { P::current_cpu() } -> std::convertible_to<int>;
    { P::current_node() } -> std::convertible_to<int>;
    // Nanoseconds of a clock that never goes back.
    { P::now() } -> std::same_as<uint64_t>;
    // The node that the memory policy of an address names, or negative.
    { P::policy_node(address) } -> std::convertible_to<int>;

    // Null: nobody looks for misuse.
    { P::on_misuse() } -> std::same_as<misuse_handler>;
    // As the kernel names the calling thread, for messages.
    { P::thread_id() } -> std::same_as<int32_t>;

    // Sleeps while word == expected: 0, -EAGAIN, -EINTR or -ETIMEDOUT.
    { P::park(word, 0u, deadline{}) } -> std::same_as<int>;
    P::unpark(word);  // the one thread that sleeps there
    P::unpark_all(word);
    // So many threads are better woken together than one by one.
    { P::crowd } -> std::convertible_to<int>;
    // Moves the thread that sleeps on the first word, if that still has the value, to
    // the second, asleep. False: the machine has no such call.
    { P::move_parked(word, 0u, word) } -> std::same_as<bool>;
    // Calls f(argument) when the calling thread ends; one f for the program.
    P::at_thread_exit(static_cast<void (*)(void*)>(nullptr), address);
    // So many all-zero objects on a node (any node: -1), or null.
    { P::template map<uint32_t>(size_t{}, 0, on_fork::wipe) } -> std::same_as<uint32_t*>;
    P::unmap(static_cast<uint32_t*>(nullptr), size_t{});

    // The user's words. The hint half lies behind the value half; a pair is both.
    { P::load_value(address, width::u8) } -> std::same_as<uint64_t>;  // acquire
    { P::load_hint(address, width::u8) } -> std::same_as<int64_t>;    // acquire
    P::store_value_fenced(address, width::u8, value);  // seq_cst, and a full fence behind it
    P::store_value(address, width::u8, value, order::release);
    // Relaxed where it fails.
    {
        P::compare_exchange_value(address, width::u8, value, value, order::acquire)
        } -> std::same_as<bool>;
    // seq_cst; may fail for no reason.
    {
        P::compare_exchange_pair(address, width::u8, value, hint, value, hint)
        } -> std::same_as<bool>;
    { P::compare_exchange_hint(address, width::u8, hint, hint) } -> std::same_as<bool>;
};

}  // namespace futex2::platform
