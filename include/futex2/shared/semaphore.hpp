// SPDX-License-Identifier: MIT
/**
 * Semaphores for memory that processes share, as the standard's; 8 bytes.
 *
 * All-zero bytes are a semaphore without units. acquire() and release() are one atomic step; a
 * release() makes a system call where threads wait, and wakes as many as it gives units, first in,
 * first out (higher real-time priorities first). Units go to who comes first, not to who was
 * woken, and there is no bound on that.
 *
 * What comes before release() is visible behind the acquire() that takes the unit. Who acquires a
 * unit may unmap the semaphore or use its memory for something else at once, if no other thread
 * waits, though release() has not returned: it touches the semaphore by its one step.
 *
 * A process that is killed takes the units that it holds with it; if it waited, releases go on
 * making a system call for it. A unit that it was woken for stays, for the next release or
 * acquire.
 *
 * release() may be called from a signal handler, unless it fails: of more units than max()
 * allows it throws std::system_error (value_too_large), and gives none. Otherwise as mutex.hpp.
 */
#ifndef FUTEX2_SHARED_SEMAPHORE_HPP
#define FUTEX2_SHARED_SEMAPHORE_HPP

#include <futex2/sync.h>

#include <atomic>
#include <cassert>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <futex2/deadline.hpp>
#include <futex2/shared/word.hpp>

namespace futex2::shared {

template <std::ptrdiff_t LeastMax = FUTEX2_SEMAPHORE_MAX>
class counting_semaphore {
    static_assert(LeastMax >= 0 && LeastMax <= std::ptrdiff_t{FUTEX2_SEMAPHORE_MAX});

  public:
    static constexpr std::ptrdiff_t max() noexcept { return FUTEX2_SEMAPHORE_MAX; }

    /** With 0 to max() units. */
    constexpr explicit counting_semaphore(std::ptrdiff_t units)
        : units_(static_cast<std::uint32_t>(units), 0) {
        assert(units >= 0 && units <= max());
    }
    counting_semaphore(const counting_semaphore&) = delete;
    counting_semaphore& operator=(const counting_semaphore&) = delete;

    void release(std::ptrdiff_t units = 1) {
        assert(units >= 0 && units <= max());
        const auto more = static_cast<std::uint32_t>(units);
        pair seen = both().load(std::memory_order::relaxed);
        do {
            if (more > FUTEX2_SEMAPHORE_MAX - word::value(seen)) {
                detail::fail(std::errc::value_too_large, "futex2: release");
            }
            // release: pairs with try_acquire().
        } while (!both().compare_exchange_weak(seen, seen + word::of_value(more),
                                               std::memory_order::release,
                                               std::memory_order::relaxed));
        if (word::count(seen) != 0) {
            detail::wake_shared(units_.address(), static_cast<int>(more));
        }
    }

    void acquire() {
        if (!try_acquire()) {
            static_cast<void>(wait_and_acquire(nullptr));
        }
    }
    /** Never fails for no reason. */
    bool try_acquire() noexcept {
        pair seen = both().load(std::memory_order::relaxed);
        while (word::value(seen) != 0) {
            // acquire: pairs with release(). relaxed: then it is looked at again.
            if (both().compare_exchange_weak(seen, seen - word::of_value(1),
                                             std::memory_order::acquire,
                                             std::memory_order::relaxed)) {
                return true;
            }
        }
        return false;
    }

    /** False where the time has passed. A unit that is there is taken whatever the time. */
    template <class Clock, class Duration>
    bool try_acquire_until(const std::chrono::time_point<Clock, Duration>& time) {
        return try_acquire() || acquire_by(time);
    }
    template <class Rep, class Period>
    bool try_acquire_for(const std::chrono::duration<Rep, Period>& time) {
        return try_acquire() || acquire_by(to_deadline(time));
    }

  private:
    using word = detail::counted_word;  // the units, and who waits
    using pair = word::pair;

    std::atomic<pair>& both() noexcept { return units_.both(); }

    // until: null, or a deadline. 0, or -ETIMEDOUT.
    [[gnu::noinline]] int wait_and_acquire(const deadline* until) {
        if (detail::comes_soon([this] { return try_acquire(); })) {
            return 0;
        }
        const detail::counted_in here(units_);
        while (!try_acquire()) {
            if (detail::times_out_on_shared(units_.address(), 0, until, "futex2: acquire")) {
                return -ETIMEDOUT;
            }
        }
        return 0;
    }

    template <class Time>
    bool acquire_by(const Time& time) {
        return detail::done_by(time, "futex2: try_acquire_until",
                               [this](const deadline& until) { return wait_and_acquire(&until); });
    }

    word units_;
};

using binary_semaphore = counting_semaphore<1>;

}  // namespace futex2::shared

#endif
