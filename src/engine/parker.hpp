// SPDX-License-Identifier: MIT
// The word on which one thread spins and then sleeps, and the page that holds those
// of many.
//
// It lies in memory that is never unmapped, so that a waker may call the kernel
// after the thread has gone on, and that a fork zeroes, so that a forked child
// never sleeps on a wait that only its parent's tables know.
#pragma once

#include <cerrno>

#include "engine/platform.hpp"

namespace futex2::engine {

template <platform_like P>
struct alignas(64) parker {
    static constexpr uint32_t wiped = 0;     // by a fork, or never used
    static constexpr uint32_t armed = 1;     // its thread waits, awake
    static constexpr uint32_t sleeping = 2;  // its thread sleeps here, or is about to
    static constexpr uint32_t woken = 3;     // the wait that was armed is over

    typename P::template atomic<uint32_t> state;
    int32_t thread;  // whose it is, for messages; before anybody can see the parker

    // Before the entries are queued: the bucket's lock publishes it.
    void arm() { state.store(armed, order::relaxed); }

    bool waiting(uint32_t s) const { return s != woken && s != wiped; }

    // Acquire pairs with the release in wake(): what the waker wrote is visible.
    bool over() const { return !waiting(state.load(order::acquire)); }

    // Nobody will ever end this wait: this is a forked child.
    bool forked() const { return state.load(order::relaxed) == wiped; }

    // Ends the wait. True: its thread sleeps, and the kernel must wake it. The waker's
    // last access to anything of the waiting thread: once it sees woken, that thread
    // may return. What wakes it in the kernel needs this address alone.
    bool wake() { return state.exchange(woken, order::release) == sleeping; }

    // Looks up to `rounds` times whether the wait is over; returns how many times it
    // looked in vain: `rounds` where it is not over.
    int spin(int rounds) const {
        int i = 0;
        while (i < rounds && waiting(state.load(order::relaxed))) {
            P::pause();
            ++i;
        }
        return i;
    }

    // Before its thread sleeps. Relaxed on failure is enough: over() acquires.
    void lie_down() { state.compare_exchange(armed, sleeping, order::relaxed); }

    // Sleeps until the wait is over (0), or until -EINTR or -ETIMEDOUT.
    int sleep(deadline until) {
        lie_down();
        while (!over()) {
            const int error = P::park(state, sleeping, until);
            // A wake that came with the error wins.
            if (error != 0 && error != -EAGAIN && !over()) return error;
        }
        return 0;
    }

    // Waits for a waker that has claimed this wait to let go of its entry.
    void await_release() {
        while (sleep({}) != 0) continue;
    }
};

// 63 parkers, and which of them are taken.
template <platform_like P>
struct alignas(4096) parker_page {
    static constexpr int slots = 63;
    static constexpr uint64_t all = (uint64_t{1} << slots) - 1;

    typename P::template atomic<uint64_t> used;  // a bit a slot
    parker<P> parkers[slots];

    static parker_page& of(const parker<P>* p) {
        const auto address = reinterpret_cast<uintptr_t>(p);
        return *reinterpret_cast<parker_page*>(address & ~uintptr_t{sizeof(parker_page) - 1});
    }

    // The slot, or -1 where all are taken.
    int take() {
        for (uint64_t seen = used.load(order::relaxed); seen != all;
             seen = used.load(order::relaxed)) {
            const int slot = __builtin_ctzll(~seen);
            // Acquire pairs with give_back: the former thread has let go of it.
            if (used.compare_exchange(seen, seen | uint64_t{1} << slot, order::acquire))
                return slot;
        }
        return -1;
    }

    static void give_back(const parker<P>* p) {
        parker_page& page = of(p);
        page.used.fetch_and(~(uint64_t{1} << page.slot_of(p)), order::release);
    }

  private:
    int slot_of(const parker<P>* p) const { return static_cast<int>(p - parkers); }
};

// Ends the waits of n threads, as nearly at once as it can.
//
// A thread that is woken may preempt its waker there and then: the rest of a crowd
// would be woken when the waker runs again, and other CPUs idle meanwhile (512
// threads took 1.4 times as long so). A crowd is therefore first moved in the kernel,
// asleep, onto one word of the waker's own, and one call then wakes it.
template <platform_like P>
class awakening {
  public:
    explicit awakening(int n) : in_crowd_(n >= P::crowd) {}
    awakening(const awakening&) = delete;
    awakening& operator=(const awakening&) = delete;

    ~awakening() {
        if (gathered_) P::unpark_all(gathering_);
    }

    void wake(parker<P>& p) {
        if (!p.wake()) return;
        if (in_crowd_ && P::move_parked(p.state, parker<P>::woken, gathering_))
            gathered_ = true;
        else
            P::unpark(p.state);
    }

  private:
    const bool in_crowd_;
    bool gathered_ = false;
    // Nothing is stored in it: the kernel needs an address that nobody else sleeps on.
    typename P::template atomic<uint32_t> gathering_{};
};

}  // namespace futex2::engine
