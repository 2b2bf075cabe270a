// SPDX-License-Identifier: MIT
/**
 * Condition variables, as the standard's, both with deadlines and with stop tokens.
 *
 * condition_variable      for std::unique_lock<futex2::mutex>. notify_all() wakes one thread
 *                         and moves the others to the mutex, whose unlocks wake one after
 *                         another: no herd
 * condition_variable_any  for any lock; wakes whom it notifies
 *
 * Both count their notifications in 64 bits, which do not wrap. Either may be destroyed once
 * all who wait have been notified. wait() may return for no reason; errors as in mutex.hpp.
 * Notifications are cheap where nobody waits, need not hold the mutex, and are not for signal
 * handlers.
 */
#ifndef FUTEX2_CONDITION_VARIABLE_HPP
#define FUTEX2_CONDITION_VARIABLE_HPP

#include <futex2/sync.h>
#include <pthread.h>

#include <chrono>
#include <cstdint>
#include <futex2/deadline.hpp>
#include <futex2/futex.hpp>
#include <futex2/mutex.hpp>
#include <futex2/waits.hpp>
#include <memory>
#include <mutex>
#include <stop_token>
#include <utility>

namespace futex2 {

namespace detail {

/**
 * The waits of these condition variables that a stop token ends, too, over what waits.hpp asks
 * for and Derived's notify_all().
 */
template <class Derived>
class stoppable_waits : public waits<Derived> {
  public:
    using waits<Derived>::wait;
    using waits<Derived>::wait_for;
    using waits<Derived>::wait_until;

    /** Until done() or a stop is requested; returns done(). */
    template <class Lock, class Predicate>
    bool wait(Lock& lock, std::stop_token stop, Predicate done) {
        return wait_or_stop(std::move(stop), std::move(done), [&](std::uint64_t sequence) {
            this->self().wait_since(lock, sequence, nullptr);
            return cv_status::no_timeout;
        });
    }
    template <class Lock, class Clock, class Duration, class Predicate>
    bool wait_until(Lock& lock, std::stop_token stop,
                    const std::chrono::time_point<Clock, Duration>& time, Predicate done) {
        return wait_by(lock, std::move(stop), time, std::move(done));
    }
    template <class Lock, class Rep, class Period, class Predicate>
    bool wait_for(Lock& lock, std::stop_token stop, const std::chrono::duration<Rep, Period>& time,
                  Predicate done) {
        return wait_by(lock, std::move(stop), to_deadline(time), std::move(done));
    }

  private:
    template <class Lock, class Time, class Predicate>
    bool wait_by(Lock& lock, std::stop_token stop, const Time& time, Predicate done) {
        return wait_or_stop(std::move(stop), std::move(done), [&](std::uint64_t sequence) {
            return this->wait_once_by(lock, time, sequence);
        });
    }

    // wait_once(sequence) -> cv_status
    template <class Predicate, class Wait>
    bool wait_or_stop(std::stop_token stop, Predicate done, const Wait& wait_once) {
        std::stop_callback notice(stop, [this] { this->self().notify_all(); });
        for (;;) {
            // Read first: a stop that is requested behind the look at it counts it up.
            const std::uint64_t sequence = this->self().sequence();
            if (done()) {
                return true;
            }
            if (stop.stop_requested()) {
                return false;
            }
            if (wait_once(sequence) == cv_status::timeout) {
                return done();
            }
        }
    }
};

}  // namespace detail

class condition_variable : public detail::stoppable_waits<condition_variable> {
  public:
    using native_handle_type = futex2_cond*;

    constexpr condition_variable() noexcept = default;
    condition_variable(const condition_variable&) = delete;
    condition_variable& operator=(const condition_variable&) = delete;
#ifndef NDEBUG
    ~condition_variable() {
        futex2_cond_destroy(&state_);
    }
#endif

    void notify_one() noexcept {
        futex2_cond_signal(&state_);
    }
    void notify_all() noexcept {
        futex2_cond_broadcast(&state_);
    }

    native_handle_type native_handle() noexcept {
        return &state_;
    }

  private:
    friend detail::waits<condition_variable>;
    friend detail::stoppable_waits<condition_variable>;

    std::uint64_t sequence() const noexcept {
        return futex2_cond_sequence(&state_);
    }
    bool wait_since(std::unique_lock<mutex>& lock, std::uint64_t sequence, const deadline* until) {
        const int error = futex2_cond_wait_since(&state_, lock.mutex()->native_handle(), sequence,
                                                 until != nullptr ? &until->time : nullptr,
                                                 until != nullptr ? until->clock : CLOCK_MONOTONIC);
        if (error != -ETIMEDOUT) {
            detail::require(error, "futex2: condition_variable");
        }
        return error == 0;
    }

    futex2_cond state_ = FUTEX2_COND_INIT;
};

class condition_variable_any : public detail::stoppable_waits<condition_variable_any> {
  public:
    constexpr condition_variable_any() noexcept = default;
    condition_variable_any(const condition_variable_any&) = delete;
    condition_variable_any& operator=(const condition_variable_any&) = delete;

    /** Waits for threads that have been notified to let go of it. */
    ~condition_variable_any() {
        while (const std::uint32_t inside = inside_.load(std::memory_order::acquire)) {
            inside_.wait(inside);
        }
    }

    void notify_one() noexcept {
        sequence_.fetch_add(1);
        sequence_.notify_one();
    }
    void notify_all() noexcept {
        sequence_.fetch_add(1);
        sequence_.notify_all();
    }

  private:
    friend detail::waits<condition_variable_any>;
    friend detail::stoppable_waits<condition_variable_any>;

    std::uint64_t sequence() const noexcept { return sequence_.load(std::memory_order::acquire); }

    // Between them the thread uses the condition variable, and does not hold the lock.
    template <class Lock>
    class unlocked {
      public:
        unlocked(condition_variable_any& where, Lock& lock) : where_(where), lock_(lock) {
            where_.inside_.fetch_add(1, std::memory_order::relaxed);
            lock_.unlock();
        }
        ~unlocked() {
            // The last touch: whoever destroys it may go on.
            if (where_.inside_.fetch_sub(1, std::memory_order::release) == 1) {
                where_.inside_.notify_all();
            }
            lock_.lock();
        }
        unlocked(const unlocked&) = delete;
        unlocked& operator=(const unlocked&) = delete;

      private:
        condition_variable_any& where_;
        Lock& lock_;
    };

    template <class Lock>
    bool wait_since(Lock& lock, std::uint64_t sequence, const deadline* until) {
        const unlocked<Lock> meanwhile(*this, lock);
        const std::errc error = until != nullptr ? sequence_.wait_once(sequence, *until)
                                                 : sequence_.wait_once(sequence);
        detail::require_routine(error, "futex2: condition_variable_any");
        return error != std::errc::timed_out;
    }

    futex<std::uint64_t> sequence_;
    futex<std::uint32_t> inside_;  // threads that use it while they do not hold their lock
};

namespace detail {

struct exit_notice {
    condition_variable& to;
    std::unique_lock<mutex> lock;
    exit_notice* next;
};

inline void give_exit_notices(void* first) {
    for (auto* next = static_cast<exit_notice*>(first); next != nullptr;) {
        const std::unique_ptr<exit_notice> notice(next);
        next = notice->next;
        // While the lock is held nobody can go on and destroy what is notified.
        notice->to.notify_all();
        notice->lock.unlock();
    }
}

// Of the calling thread. A key's destructor runs behind those of thread_local objects.
inline pthread_key_t exit_notices() {
    static const pthread_key_t key = [] {
        pthread_key_t created{};
        require(-pthread_key_create(&created, give_exit_notices),
                "futex2: notify_all_at_thread_exit");
        return created;
    }();
    return key;
}

}  // namespace detail

/**
 * Notifies all and unlocks when the calling thread ends, behind the destructors of its
 * thread_local objects; not where the process ends.
 */
inline void notify_all_at_thread_exit(condition_variable& to, std::unique_lock<mutex> lock) {
    const pthread_key_t key = detail::exit_notices();
    auto* const before = static_cast<detail::exit_notice*>(pthread_getspecific(key));
    std::unique_ptr<detail::exit_notice> notice(
        new detail::exit_notice{to, std::move(lock), before});
    detail::require(-pthread_setspecific(key, notice.get()), "futex2: notify_all_at_thread_exit");
    static_cast<void>(notice.release());
}

}  // namespace futex2

#endif
