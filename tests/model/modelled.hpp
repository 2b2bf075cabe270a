// SPDX-License-Identifier: MIT
// The platform as relacy models it: every atomic and every field that a lock guards is
// relacy's, and the kernel is its wait queues. The engine's source runs on it unchanged.
//
// What differs from the machine: a word's two halves are one object here, so that the
// fence between the store of one and the load of the other is not put to the test.
#pragma once

#include <cerrno>
#include <cstdlib>
#include <functional>
#include <memory>
#include <new>
#include <source_location>

#include "model/relacy.hpp"
#include "platform/concept.hpp"

namespace futex2::model {

using platform::deadline;
using platform::on_fork;
using platform::order;
using platform::width;
using location = std::source_location;

inline rl::debug_info info(const location& at) {
    return {at.function_name(), at.file_name(), at.line()};
}

constexpr rl::memory_order memory_order_of(order o) {
    switch (o) {
        case order::relaxed:
            return rl::mo_relaxed;
        case order::acquire:
            return rl::mo_acquire;
        case order::release:
            return rl::mo_release;
        case order::acq_rel:
            return rl::mo_acq_rel;
        case order::seq_cst:
            break;
    }
    return rl::mo_seq_cst;
}

template <class T>
class modelled_atomic {
  public:
    modelled_atomic() : value_(T{}) {}
    explicit modelled_atomic(T v) : value_(v) {}

    T load(order o, const location& at = location::current()) const {
        return value_.load(memory_order_of(o), info(at));
    }
    void store(T v, order o, const location& at = location::current()) {
        value_.store(v, memory_order_of(o), info(at));
    }
    T exchange(T v, order o, const location& at = location::current()) {
        return value_.exchange(v, memory_order_of(o), info(at));
    }
    bool compare_exchange(T expected, T desired, order o,
                          const location& at = location::current()) {
        return value_.compare_exchange_strong(expected, desired, memory_order_of(o), info(at),
                                              rl::mo_relaxed, info(at));
    }
    T fetch_add(T v, order o, const location& at = location::current()) {
        return value_.fetch_add(v, memory_order_of(o), info(at));
    }
    T fetch_sub(T v, order o, const location& at = location::current()) {
        return value_.fetch_sub(v, memory_order_of(o), info(at));
    }
    T fetch_and(T v, order o, const location& at = location::current()) {
        return value_.fetch_and(v, memory_order_of(o), info(at));
    }

    // As the kernel reads it, which lets nobody run meanwhile.
    T in_kernel(const location& at) const {
        const rl::preemption_disabler alone(rl::ctx());
        return value_.load(rl::mo_acquire, info(at));
    }

  private:
    rl::atomic<T> value_;
};

// Relacy reports two threads that access it without an order between them.
template <class T>
class modelled_plain {
  public:
    modelled_plain() : value_(T{}) {}
    explicit modelled_plain(T v) : value_(v) {}

    T get(const location& at = location::current()) const { return value_(info(at)).load(); }
    void set(T v, const location& at = location::current()) { value_(info(at)).store(v); }

  private:
    rl::var<T> value_;
};

// A word of 32 bits, with or without a hint: value and hint in one object.
class word {
  public:
    explicit word(int32_t hint) : both_(pack(0, hint)) {}
    word(const word&) = delete;
    word& operator=(const word&) = delete;

    // The memory stays readable, so that a late access is told from a crash.
    void free() { freed_ = true; }
    bool freed() const { return freed_; }

    uint32_t value(order o = order::acquire) const { return value_of(load(o)); }
    int32_t hint(order o = order::acquire) const { return hint_of(load(o)); }

    // The store to the value half; on one object it takes a read-modify-write.
    void store_value(uint32_t v, order o) {
        for (;;) {
            const uint64_t old = load(order::relaxed);
            if (both_.compare_exchange(old, pack(v, hint_of(old)), o)) return;
        }
    }
    bool compare_exchange(uint32_t value, int32_t hint, uint32_t new_value, int32_t new_hint) {
        const bool done =
            both_.compare_exchange(pack(value, hint), pack(new_value, new_hint), order::seq_cst);
        RL_ASSERT(!freed_);
        return done;
    }
    bool compare_exchange_value(uint32_t value, uint32_t new_value, order o) {
        for (;;) {
            const uint64_t old = load(order::relaxed);
            if (value_of(old) != value) return false;
            if (both_.compare_exchange(old, pack(new_value, hint_of(old)), o)) return true;
        }
    }
    bool compare_exchange_hint(int32_t hint, int32_t new_hint) {
        for (;;) {
            const uint64_t old = load(order::relaxed);
            if (hint_of(old) != hint) return false;
            if (both_.compare_exchange(old, pack(value_of(old), new_hint), order::seq_cst))
                return true;
        }
    }

  private:
    static uint64_t pack(uint32_t value, int32_t hint) {
        return uint64_t{static_cast<uint32_t>(hint)} << 32 | value;
    }
    static uint32_t value_of(uint64_t both) { return static_cast<uint32_t>(both); }
    static int32_t hint_of(uint64_t both) { return static_cast<int32_t>(both >> 32); }

    uint64_t load(order o) const {
        const uint64_t both = both_.load(o);
        RL_ASSERT(!freed_);  // behind the access, which may lose the CPU before it is made
        return both;
    }

    modelled_atomic<uint64_t> both_;
    bool freed_ = false;
};

// What a scenario says of each of its threads.
struct thread_settings {
    int node = 0;
    void* object = nullptr;  // what self() answers
    uint64_t time = 1'000'000'000;
    std::function<void()> handler;  // runs once, at an interrupt point or not at all
    // The kernel's: the word that the thread sleeps on, and where relacy keeps it asleep.
    const void* sleeps_on = nullptr;
    rl::atomic<uint32_t>* bed = nullptr;
};

struct modelled {
    template <class T>
    using atomic = modelled_atomic<T>;
    template <class T>
    using plain = modelled_plain<T>;

    static constexpr int max_nodes = 2;
    static constexpr int max_threads = 4;
    static inline thread_settings threads[max_threads];
    static thread_settings& mine() { return threads[rl::thread_index()]; }

    // Whether every schedule is tried in turn: then nothing is left to chance.
    static bool exhaustive() { return !rl::ctx().is_random_sched(); }
    static bool once_in(unsigned n) { return rl::rand(exhaustive() ? 2 : n) == 0; }

    static void fence() { rl::atomic_thread_fence(rl::mo_seq_cst, info(location::current())); }
    static void fence_after_rmw() { fence(); }
    static void signal_fence() {}
    static void interrupt_point() {
        constexpr unsigned one_in = 6;
        if (mine().handler == nullptr || !once_in(one_in)) return;
        const std::function<void()> handler = std::move(mine().handler);
        mine().handler = nullptr;
        handler();
    }
    static constexpr int lock_spins = 2;
    static void pause() {
        // Relacy shows newer values to who yields: only an endless spin needs that.
        if (exhaustive()) return rl::ctx().sched();
        rl::yield(1, info(location::current()));
    }
    static void yield() { pause(); }

    template <class T>
    static T& self() {
        return *static_cast<T*>(mine().object);
    }
    static int current_cpu() { return -1; }
    static int current_node() { return mine().node; }
    static int policy_node(const void*) { return -1; }
    static platform::misuse_handler on_misuse() { return nullptr; }
    static int32_t thread_id() { return static_cast<int32_t>(rl::thread_index()); }
    // Little time passes between two looks, or much.
    static uint64_t now() {
        if (once_in(2)) mine().time += 1'000'000'000;
        return mine().time;
    }

    // From here on to the end of a function nobody else runs, but for bed->wait().
    static rl::context& enter_kernel() {
        rl::context& c = rl::ctx();
        c.sched();
        c.atomic_thread_fence_seq_cst();
        return c;
    }
    static int park(atomic<uint32_t>& word, uint32_t expected, deadline until,
                    const location& at = location::current()) {
        rl::context& c = enter_kernel();
        if (word.in_kernel(at) != expected) return -EAGAIN;
        constexpr bool interrupted_at_times = true;
        mine().sleeps_on = &word;
        const rl::unpark_reason reason =
            mine().bed->wait(c, until.time != nullptr, interrupted_at_times, info(at));
        mine().sleeps_on = nullptr;
        switch (reason) {
            case rl::unpark_reason_timeout:
                return -ETIMEDOUT;
            case rl::unpark_reason_spurious:
                return -EINTR;
            default:
                return 0;
        }
    }
    static void wake_sleepers(const void* word, int most, const location& at) {
        rl::context& c = enter_kernel();
        for (thread_settings& t : threads)
            if (t.sleeps_on == word && most-- > 0) {
                t.sleeps_on = nullptr;
                t.bed->wake(c, 1, info(at));
            }
    }
    static void unpark(atomic<uint32_t>& word, const location& at = location::current()) {
        wake_sleepers(&word, 1, at);
    }
    static void unpark_all(atomic<uint32_t>& word, const location& at = location::current()) {
        wake_sleepers(&word, max_threads, at);
    }
    static constexpr int crowd = 2;
    static bool move_parked(atomic<uint32_t>& from, uint32_t expected, atomic<uint32_t>& to,
                            const location& at = location::current()) {
        enter_kernel();
        if (from.in_kernel(at) != expected) return true;
        for (thread_settings& t : threads)
            if (t.sleeps_on == &from) {
                t.sleeps_on = &to;
                break;
            }
        return true;
    }

    static void at_thread_exit(void (*)(void*), void*) {}

    template <class T>
    static T* map(size_t count, int, on_fork) {
        auto* objects = static_cast<T*>(std::aligned_alloc(alignof(T), count * sizeof(T)));
        std::uninitialized_value_construct_n(objects, count);
        return objects;
    }
    template <class T>
    static void unmap(T* objects, size_t count) {
        std::destroy_n(objects, count);
        std::free(objects);
    }

    static word& at(void* address) { return *static_cast<word*>(address); }
    static const word& at(const void* address) { return *static_cast<const word*>(address); }

    static uint64_t load_value(const void* address, width) { return at(address).value(); }
    static int64_t load_hint(const void* address, width) { return at(address).hint(); }
    static void store_value_fenced(void* address, width, uint64_t value) {
        at(address).store_value(static_cast<uint32_t>(value), order::seq_cst);
        fence();
    }
    static void store_value(void* address, width, uint64_t value, order o) {
        at(address).store_value(static_cast<uint32_t>(value), o);
    }
    static bool compare_exchange_value(void* address, width, uint64_t expected, uint64_t desired,
                                       order o) {
        return at(address).compare_exchange_value(static_cast<uint32_t>(expected),
                                                  static_cast<uint32_t>(desired), o);
    }
    static bool compare_exchange_pair(void* address, width, uint64_t value, int64_t hint,
                                      uint64_t new_value, int64_t new_hint) {
        return at(address).compare_exchange(
            static_cast<uint32_t>(value), static_cast<int32_t>(hint),
            static_cast<uint32_t>(new_value), static_cast<int32_t>(new_hint));
    }
    static bool compare_exchange_hint(void* address, width, int64_t hint, int64_t new_hint) {
        return at(address).compare_exchange_hint(static_cast<int32_t>(hint),
                                                 static_cast<int32_t>(new_hint));
    }
};

static_assert(platform::platform_like<modelled>);

}  // namespace futex2::model
