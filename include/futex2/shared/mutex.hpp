// SPDX-License-Identifier: MIT
/**
 * Mutexes for memory that processes share; 4 bytes.
 *
 *     struct shared { futex2::shared::mutex lock; long count; };  // in memory of mmap(MAP_SHARED)
 *     std::lock_guard guard(memory->lock);
 *
 * mutex        taken and freed by one atomic step each; a system call only where threads sleep
 * timed_mutex  the same, with deadlines
 *
 * All-zero bytes are a free mutex. Whoever comes first takes it when it is free. Threads that
 * sleep are woken one by one, first in, first out (higher real-time priorities first); a thread
 * that runs may take it before the one that was woken, and there is no bound on how often: a
 * hand-over would be lost with a process that is killed.
 *
 * What comes before unlock() is visible behind the lock() that takes it next. Who locks it next
 * may unmap it or use its memory for something else at once, though unlock() has not returned: it
 * touches the mutex by its one step, and then uses the address alone.
 *
 * A process that is killed while it holds the mutex leaves it locked for ever; use pthread's
 * PTHREAD_MUTEX_ROBUST where that must be survived. One that is killed while it waits may take
 * with it the wake that it was to get: then those who sleep go on sleeping until another thread
 * has had to wait for the mutex.
 *
 * lock() and the timed forms block, and throw std::system_error where the kernel refuses to wait
 * (bad_address, of memory that is no more; invalid_argument, of a malformed deadline). A signal
 * ends no wait. Not for signal handlers. Misuse is not diagnosed.
 */
#ifndef FUTEX2_SHARED_MUTEX_HPP_  // without the end: ../shared_mutex.hpp
#define FUTEX2_SHARED_MUTEX_HPP_

#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <futex2/annotations.hpp>
#include <futex2/deadline.hpp>
#include <futex2/shared/word.hpp>

namespace futex2::shared {

class condition_variable;

class FUTEX2_CAPABILITY mutex {
  public:
    constexpr mutex() noexcept = default;
    mutex(const mutex&) = delete;
    mutex& operator=(const mutex&) = delete;

    void lock() FUTEX2_ACQUIRE {
        if (!take()) {
            static_cast<void>(wait_and_take(nullptr));
        }
    }
    /** Fails only while somebody holds it. */
    bool try_lock() noexcept FUTEX2_TRY_ACQUIRE { return take(); }
    /** By the thread that holds it. */
    void unlock() noexcept FUTEX2_RELEASE {
        // release: pairs with the step that takes it.
        if (state_.exchange(free, std::memory_order::release) == contended) {
            detail::wake_shared(&state_, 1);
        }
    }

  protected:
    // Where somebody has it. until: null, or a deadline. 0, or -ETIMEDOUT.
    [[gnu::noinline]] int wait_and_take(const deadline* until) {
        return detail::comes_soon([this] { return take(); }) ? 0 : take_as_sleeper(until);
    }

    bool take() noexcept {
        std::uint32_t seen = free;
        // acquire: pairs with unlock(). relaxed: a thread that finds it taken reads nothing.
        return state_.compare_exchange_strong(seen, held, std::memory_order::acquire,
                                              std::memory_order::relaxed);
    }

  private:
    friend condition_variable;

    enum state : std::uint32_t {
        free = 0,
        held = 1,       // nobody sleeps
        contended = 2,  // held, and others may sleep: its unlock wakes one
    };

    // Who has slept knows nothing of the others that sleep: it takes it as contended, and its own
    // unlock wakes the next. 0, or -ETIMEDOUT.
    int take_as_sleeper(const deadline* until) {
        while (state_.exchange(contended, std::memory_order::acquire) != free) {
            if (detail::times_out_on_shared(&state_, contended, until, "futex2: lock")) {
                return -ETIMEDOUT;
            }
        }
        return 0;
    }

    std::atomic<std::uint32_t> state_{free};
    static_assert(std::atomic<std::uint32_t>::is_always_lock_free &&
                  sizeof(state_) == sizeof(std::uint32_t));
};

class FUTEX2_CAPABILITY timed_mutex : public mutex {
  public:
    /** False where the time has passed, on any clock. What is free is taken whatever the time. */
    template <class Clock, class Duration>
    bool try_lock_until(const std::chrono::time_point<Clock, Duration>& time) FUTEX2_TRY_ACQUIRE {
        return take() || take_by(time);
    }
    template <class Rep, class Period>
    bool try_lock_for(const std::chrono::duration<Rep, Period>& time) FUTEX2_TRY_ACQUIRE {
        return take() || take_by(to_deadline(time));
    }

  private:
    template <class Time>
    bool take_by(const Time& time) {
        return detail::done_by(time, "futex2: try_lock_until",
                               [this](const deadline& until) { return wait_and_take(&until); });
    }
};

}  // namespace futex2::shared

#endif
