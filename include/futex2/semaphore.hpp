// SPDX-License-Identifier: MIT
/**
 * Semaphores, as the standard's; 4 bytes.
 *
 * A release wakes as many as it gives units, those first that have waited longest, and hands
 * the units to them when they have waited for a millisecond. Who acquires a unit may destroy
 * the semaphore at once. Errors as in mutex.hpp; release() of more units than max() allows
 * throws std::system_error (value_too_large), and gives none.
 */
#ifndef FUTEX2_SEMAPHORE_HPP
#define FUTEX2_SEMAPHORE_HPP

#include <futex2/sync.h>

#include <cassert>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <futex2/deadline.hpp>
#include <futex2/word.hpp>

namespace futex2 {

template <std::ptrdiff_t LeastMax = FUTEX2_SEMAPHORE_MAX>
class counting_semaphore {
    static_assert(LeastMax >= 0 && LeastMax <= std::ptrdiff_t{FUTEX2_SEMAPHORE_MAX});

  public:
    static constexpr std::ptrdiff_t max() noexcept { return FUTEX2_SEMAPHORE_MAX; }

    /** With 0 to max() units. */
    constexpr explicit counting_semaphore(std::ptrdiff_t units)
        : state_ FUTEX2_SEMAPHORE_INIT(static_cast<std::uint32_t>(units)) {
        assert(units >= 0 && units <= max());
    }
    counting_semaphore(const counting_semaphore&) = delete;
    counting_semaphore& operator=(const counting_semaphore&) = delete;

    void release(std::ptrdiff_t units = 1) {
        assert(units >= 0 && units <= max());
        detail::require(futex2_semaphore_release(&state_, static_cast<std::uint32_t>(units)),
                        "futex2: release");
    }
    void acquire() { detail::require(futex2_semaphore_acquire(&state_), "futex2: acquire"); }
    /** Never fails for no reason. */
    bool try_acquire() noexcept { return futex2_semaphore_try_acquire(&state_) == 0; }

    template <class Clock, class Duration>
    bool try_acquire_until(const std::chrono::time_point<Clock, Duration>& time) {
        return acquire_by(time);
    }
    template <class Rep, class Period>
    bool try_acquire_for(const std::chrono::duration<Rep, Period>& time) {
        return try_acquire() || acquire_by(to_deadline(time));
    }

  private:
    template <class Time>
    bool acquire_by(const Time& time) {
        return detail::done_by(time, "futex2: try_acquire_until", [this](const deadline& until) {
            return futex2_semaphore_timedacquire(&state_, &until.time, until.clock);
        });
    }

    futex2_semaphore state_;
};

using binary_semaphore = counting_semaphore<1>;

}  // namespace futex2

#endif
