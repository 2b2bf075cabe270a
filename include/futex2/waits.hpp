// SPDX-License-Identifier: MIT
/**
 * The waits of the standard's condition variables, of which condition_variable.hpp and
 * shared/condition_variable.hpp are made. Not for programs.
 */
#ifndef FUTEX2_WAITS_HPP
#define FUTEX2_WAITS_HPP

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <futex2/deadline.hpp>
#include <utility>

namespace futex2 {

using std::cv_status;

namespace detail {

/**
 * They stand on Derived's
 *   sequence()                           of its notifications
 *   wait_since(lock, sequence, time)     once, while nobody has notified since; time: null, or
 *                                        a deadline. False where it has passed
 */
template <class Derived>
class waits {
  public:
    template <class Lock>
    void wait(Lock& lock) {
        self().wait_since(lock, self().sequence(), nullptr);
    }
    template <class Lock, class Predicate>
    void wait(Lock& lock, Predicate done) {
        while (!done()) {
            wait(lock);
        }
    }

    template <class Lock, class Clock, class Duration>
    cv_status wait_until(Lock& lock, const std::chrono::time_point<Clock, Duration>& time) {
        return wait_once_by(lock, time, self().sequence());
    }
    template <class Lock, class Clock, class Duration, class Predicate>
    bool wait_until(Lock& lock, const std::chrono::time_point<Clock, Duration>& time,
                    Predicate done) {
        return wait_by(lock, time, std::move(done));
    }
    template <class Lock, class Rep, class Period>
    cv_status wait_for(Lock& lock, const std::chrono::duration<Rep, Period>& time) {
        return wait_once_by(lock, to_deadline(time), self().sequence());
    }
    template <class Lock, class Rep, class Period, class Predicate>
    bool wait_for(Lock& lock, const std::chrono::duration<Rep, Period>& time, Predicate done) {
        return wait_by(lock, to_deadline(time), std::move(done));
    }

  protected:
    Derived& self() { return static_cast<Derived&>(*this); }

    template <class Lock, class Time>
    cv_status wait_once_by(Lock& lock, const Time& time, std::uint64_t sequence) {
        const deadline until = to_deadline(time);
        const bool notified = self().wait_since(lock, sequence, &until);
        // Of a clock that the kernel does not know: perhaps too early, which is no reason.
        return notified || !timeout_holds(time) ? cv_status::no_timeout : cv_status::timeout;
    }

  private:
    template <class Lock, class Time, class Predicate>
    bool wait_by(Lock& lock, const Time& time, Predicate done) {
        while (!done()) {
            if (wait_once_by(lock, time, self().sequence()) == cv_status::timeout) {
                return done();
            }
        }
        return true;
    }
};

}  // namespace detail
}  // namespace futex2

#endif
