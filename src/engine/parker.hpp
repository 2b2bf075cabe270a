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

// A second word to sleep on, which 31 parkers share, each with a bit of its own: one
// system call wakes any number of them. A crowd that waits for one word sleeps here
// (waking 512 threads one by one takes 1.4 times as long as by one call); a thread
// that waits for itself does not, for every change of the word makes a thread that is
// just about to sleep on it look again.
template <platform_like P>
struct lane {
    static constexpr int parkers = 31;
    static constexpr uint32_t not_wiped = uint32_t{1} << 31;

    typename P::template atomic<uint32_t> woken;  // a bit a parker, and not_wiped

    // Before its parker says that it sleeps here: the wake will change the word.
    void enter(uint32_t bit) {
        for (;;) {
            const uint32_t seen = woken.load(order::relaxed);
            const uint32_t entered = (seen | not_wiped) & ~bit;
            if (seen == entered || woken.compare_exchange(seen, entered, order::relaxed)) return;
        }
    }
};

template <platform_like P>
struct parker_page;

template <platform_like P>
struct alignas(64) parker {
    static constexpr uint32_t wiped = 0;             // by a fork, or never used
    static constexpr uint32_t armed = 1;             // its thread waits, awake
    static constexpr uint32_t sleeping = 2;          // its thread sleeps here, or is about to
    static constexpr uint32_t sleeping_in_lane = 3;  // the same, in its lane
    static constexpr uint32_t woken = 4;             // the wait that was armed is over

    typename P::template atomic<uint32_t> state;

    // Before the entries are queued: the bucket's lock publishes it.
    void arm() { state.store(armed, order::relaxed); }

    bool waiting(uint32_t s) const { return s != woken && s != wiped; }

    // Acquire pairs with the release in wake(): what the waker wrote is visible.
    bool over() const { return !waiting(state.load(order::acquire)); }

    // Nobody will ever end this wait: this is a forked child.
    bool forked() const { return state.load(order::relaxed) == wiped; }

    // Ends the wait; the state that it ends. The waker's last access to anything of
    // the waiting thread: once it sees woken, that thread may return. What wakes it in
    // the kernel uses addresses alone.
    uint32_t wake() { return state.exchange(woken, order::acq_rel); }

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

    // Sleeps until the wait is over (0), or until -EINTR or -ETIMEDOUT. in_crowd:
    // others wait for the same, and are likely to be woken with it.
    int sleep(deadline until, bool in_crowd) {
        parker_page<P>& page = parker_page<P>::of(this);
        lane<P>& shared = page.lane_of(this);
        const uint32_t bit = page.bit_of(this);
        // Relaxed on failure is enough: over() acquires. A wait with a deadline sleeps
        // here: only futex(2), which does not restart it after a handler, has lanes on
        // every kernel.
        if (in_crowd && until.time == nullptr) {
            shared.enter(bit);
            state.compare_exchange(armed, sleeping_in_lane, order::acq_rel);
        } else {
            state.compare_exchange(armed, sleeping, order::relaxed);
        }
        for (;;) {
            // Loaded before the state: a wake changes the state first, the lane then.
            const uint32_t seen = shared.woken.load(order::acquire);
            const uint32_t now = state.load(order::acquire);
            if (!waiting(now)) return 0;
            // The kernel's wake that belongs to an earlier wait may come this late. With
            // the bit left as it is, the next wake would not change the word.
            if (now == sleeping_in_lane && (seen & bit) != 0) {
                shared.enter(bit);
                continue;
            }
            const int error = now == sleeping_in_lane ? P::park_in_lane(shared.woken, seen, bit)
                                                      : P::park(state, sleeping, until);
            // A wake that came with the error wins.
            if (error != 0 && error != -EAGAIN && !over()) return error;
        }
    }

    // Waits for a waker that has claimed this wait to let go of its entry.
    void await_release() {
        while (sleep({}, false) != 0) continue;
    }
};

// 62 parkers, which of them are taken, and their two lanes.
template <platform_like P>
struct alignas(4096) parker_page {
    static constexpr int slots = 2 * lane<P>::parkers;
    static constexpr uint64_t all = (uint64_t{1} << slots) - 1;

    typename P::template atomic<uint64_t> used;  // a bit a slot
    alignas(64) lane<P> lanes[2];
    parker<P> parkers[slots];

    static parker_page& of(const parker<P>* p) {
        const auto address = reinterpret_cast<uintptr_t>(p);
        return *reinterpret_cast<parker_page*>(address & ~uintptr_t{sizeof(parker_page) - 1});
    }

    lane<P>& lane_of(const parker<P>* p) { return lanes[slot_of(p) / lane<P>::parkers]; }
    uint32_t bit_of(const parker<P>* p) const {
        return uint32_t{1} << (slot_of(p) % lane<P>::parkers);
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

// The system calls behind several wakes, as few as possible: those whose threads
// sleep in one lane share one.
template <platform_like P>
class kernel_wakes {
  public:
    kernel_wakes() = default;
    kernel_wakes(const kernel_wakes&) = delete;
    kernel_wakes& operator=(const kernel_wakes&) = delete;
    ~kernel_wakes() { flush(); }

    void wake(parker<P>& p) {
        const uint32_t ended = p.wake();
        if (ended == parker<P>::sleeping) P::unpark(p.state);
        if (ended != parker<P>::sleeping_in_lane) return;
        parker_page<P>& page = parker_page<P>::of(&p);
        lane<P>& shared = page.lane_of(&p);
        if (&shared != lane_) {
            flush();
            lane_ = &shared;
        }
        bits_ |= page.bit_of(&p);
    }

  private:
    void flush() {
        if (bits_ == 0) return;
        lane_->woken.fetch_or(bits_, order::release);
        P::unpark_lane(lane_->woken, bits_);
        bits_ = 0;
    }

    lane<P>* lane_ = nullptr;
    uint32_t bits_ = 0;
};

}  // namespace futex2::engine
