// SPDX-License-Identifier: MIT
/**
 * Mutexes for one writer or many readers, as the standard's; 8 bytes.
 *
 * A writer that comes keeps new readers out, and waits for those that are in; an unlock wakes
 * who came first: a writer, or a reader with the readers behind it. Who has waited for a
 * millisecond is handed the mutex when its turn comes. So neither starves the other.
 *
 * A thread that reads must not lock again: a writer may have come between. Errors as in
 * mutex.hpp; and resource_unavailable_try_again: 2^30 - 1 threads read already.
 */
#ifndef FUTEX2_SHARED_MUTEX_HPP
#define FUTEX2_SHARED_MUTEX_HPP

#include <futex2/sync.h>

#include <chrono>
#include <futex2/annotations.hpp>
#include <futex2/deadline.hpp>
#include <futex2/word.hpp>

namespace futex2 {

class FUTEX2_CAPABILITY shared_mutex {
  public:
    using native_handle_type = futex2_shared_mutex*;

    constexpr shared_mutex() noexcept = default;
    shared_mutex(const shared_mutex&) = delete;
    shared_mutex& operator=(const shared_mutex&) = delete;
#ifndef NDEBUG
    ~shared_mutex() {
        futex2_shared_mutex_destroy(&state_);
    }
#endif

    void lock() FUTEX2_ACQUIRE {
        detail::require(futex2_shared_mutex_lock(&state_), "futex2: lock");
    }
    bool try_lock() noexcept FUTEX2_TRY_ACQUIRE {
        return futex2_shared_mutex_trylock(&state_) == 0;
    }
    void unlock() noexcept FUTEX2_RELEASE {
        futex2_shared_mutex_unlock(&state_);
    }

    void lock_shared() FUTEX2_ACQUIRE_SHARED {
        detail::require(futex2_shared_mutex_lock_shared(&state_), "futex2: lock_shared");
    }
    bool try_lock_shared() noexcept FUTEX2_TRY_ACQUIRE_SHARED {
        return futex2_shared_mutex_trylock_shared(&state_) == 0;
    }
    void unlock_shared() noexcept FUTEX2_RELEASE_SHARED {
        futex2_shared_mutex_unlock_shared(&state_);
    }

    native_handle_type native_handle() noexcept {
        return &state_;
    }

  protected:
    futex2_shared_mutex state_ = FUTEX2_SHARED_MUTEX_INIT;
};

class FUTEX2_CAPABILITY shared_timed_mutex : public shared_mutex {
  public:
    template <class Clock, class Duration>
    bool try_lock_until(const std::chrono::time_point<Clock, Duration>& time) FUTEX2_TRY_ACQUIRE {
        return lock_by(time);
    }
    template <class Rep, class Period>
    bool try_lock_for(const std::chrono::duration<Rep, Period>& time) FUTEX2_TRY_ACQUIRE {
        return lock_by(to_deadline(time));
    }
    template <class Clock, class Duration>
    bool try_lock_shared_until(const std::chrono::time_point<Clock, Duration>& time)
        FUTEX2_TRY_ACQUIRE_SHARED {
        return lock_shared_by(time);
    }
    template <class Rep, class Period>
    bool try_lock_shared_for(const std::chrono::duration<Rep, Period>& time)
        FUTEX2_TRY_ACQUIRE_SHARED {
        return lock_shared_by(to_deadline(time));
    }

  private:
    template <class Time>
    bool lock_by(const Time& time) {
        return detail::done_by(time, "futex2: try_lock_until", [this](const deadline& until) {
            return futex2_shared_mutex_timedlock(&state_, &until.time, until.clock);
        });
    }
    template <class Time>
    bool lock_shared_by(const Time& time) {
        return detail::done_by(
            time, "futex2: try_lock_shared_until", [this](const deadline& until) {
                return futex2_shared_mutex_timedlock_shared(&state_, &until.time, until.clock);
            });
    }
};

}  // namespace futex2

#endif
