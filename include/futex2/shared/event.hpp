// SPDX-License-Identifier: MIT
/**
 * An event for memory that processes share; 8 bytes.
 *
 * All-zero bytes are a manual event that is not set. Setting it and finding it set is one atomic
 * step; set() makes a system call where it was not set and threads wait. wait_any() and wait_all()
 * of event.hpp take such events, too, beside others and words.
 *
 * What comes before set() is visible to whose wait ends by it; who does may unmap the event or
 * use its memory for something else at once, if no other thread waits, though set() has not
 * returned: it touches the event by its one step. A thread that was woken looks again before its
 * wait ends: a reset() that comes first, or another thread that takes an automatic event, and it
 * waits on.
 *
 * A process that is killed while it waits leaves at most a count that is too high: then set()
 * makes a system call for nobody. If it was killed when an automatic event had woken it, the
 * event stays set, and those who sleep go on sleeping until it is taken and set again; so it is
 * if a process is killed in set().
 *
 * set() and reset() may be called from signal handlers. Errors as in mutex.hpp.
 */
#ifndef FUTEX2_SHARED_EVENT_HPP
#define FUTEX2_SHARED_EVENT_HPP

#include <futex2/futex2.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <climits>
#include <cstdint>
#include <futex2/deadline.hpp>
#include <futex2/shared/word.hpp>

namespace futex2 {

class awaited;  // event.hpp

namespace shared {

class event {
  public:
    enum reset_kind : std::uint8_t { manual, automatic };

    constexpr event() noexcept : event(manual) {}
    constexpr explicit event(reset_kind kind, bool set = false) noexcept
        : state_((kind == automatic ? resets : 0) | (set ? is_on : 0), 0) {}
    event(const event&) = delete;
    event& operator=(const event&) = delete;

    /** Ends the waits of all, or of an automatic event one. Of one that is set already: nothing. */
    void set() noexcept {
        // release: pairs with is_set() and try_wait(). acquire: with reset().
        const pair before = both().fetch_or(word::of_value(is_on), std::memory_order::acq_rel);
        if ((word::value(before) & is_on) == 0 && word::count(before) != 0) {
            detail::wake_shared(state_.address(), is_automatic(before) ? 1 : INT_MAX);
        }
    }
    void reset() noexcept { both().fetch_and(~word::of_value(is_on), std::memory_order::release); }
    bool is_set() const noexcept {
        return (word::value(state_.both().load(std::memory_order::acquire)) & is_on) != 0;
    }

    void wait() {
        if (!try_wait()) {
            static_cast<void>(wait_for_set(nullptr));
        }
    }
    /** Whether a wait would end at once; then it has. */
    bool try_wait() noexcept {
        const pair seen = both().load(std::memory_order::acquire);
        if ((word::value(seen) & is_on) == 0) {
            return false;
        }
        return !is_automatic(seen) ||
               (word::value(both().fetch_and(~word::of_value(is_on), std::memory_order::acquire)) &
                is_on) != 0;
    }
    /** False where the time has passed. */
    template <class Clock, class Duration>
    bool wait_until(const std::chrono::time_point<Clock, Duration>& time) {
        return try_wait() || wait_by(time);
    }
    template <class Rep, class Period>
    bool wait_for(const std::chrono::duration<Rep, Period>& time) {
        return try_wait() || wait_by(to_deadline(time));
    }

  private:
    friend awaited;

    using word = detail::counted_word;  // the state, and who waits
    using pair = word::pair;
    static constexpr std::uint32_t is_on = 1;
    static constexpr std::uint32_t resets = 2;  // automatic: this does not change

    bool is_automatic() const noexcept { return unset() != 0; }
    static bool is_automatic(pair both) noexcept { return (word::value(both) & resets) != 0; }

    std::atomic<pair>& both() noexcept { return state_.both(); }

    // The state in which threads sleep.
    std::uint32_t unset() const noexcept {
        return word::value(state_.both().load(std::memory_order::relaxed)) & resets;
    }

    // relaxed: as in detail::counted_in.
    void enter() noexcept { both().fetch_add(1, std::memory_order::relaxed); }

    // A wake of an automatic event may have reached this thread, which does not take the event: it
    // waits for others, too. Then it is another's.
    void leave() noexcept {
        const pair before = both().fetch_sub(1, std::memory_order::relaxed);
        if (word::value(before) == (resets | is_on) && word::count(before) > 1) {
            detail::wake_shared(state_.address(), 1);
        }
    }

    // until: null, or a deadline. 0, or -ETIMEDOUT.
    [[gnu::noinline]] int wait_for_set(const deadline* until) {
        if (detail::comes_soon([this] { return try_wait(); })) {
            return 0;
        }
        const detail::counted_in here(state_);
        while (!try_wait()) {
            if (detail::times_out_on_shared(state_.address(), unset(), until, "futex2: event")) {
                return -ETIMEDOUT;
            }
        }
        return 0;
    }

    template <class Time>
    bool wait_by(const Time& time) {
        return detail::done_by(time, "futex2: event",
                               [this](const deadline& until) { return wait_for_set(&until); });
    }

    word state_;
};

}  // namespace shared
}  // namespace futex2

#endif
