// SPDX-License-Identifier: MIT
/**
 * Mutexes, and what is done once: the standard's names and requirements.
 *
 *     futex2::mutex m;                    // one byte
 *     std::lock_guard guard(m);
 *
 * mutex            whoever comes first takes it when it is free; who has waited for a
 *                  millisecond is handed it when its turn comes
 * timed_mutex      the same, with deadlines
 * recursive_mutex  recursive_timed_mutex: their owner may lock them again
 * numa_mutex       stays on a NUMA node while threads of that node want it
 *
 * What can be taken without waiting is taken inline, by one atomic step. lock() throws
 * std::system_error (not_enough_memory) where a thread that must sleep finds no memory for
 * that; try_lock() never fails for no reason. Who locks a mutex after its unlock may destroy it
 * at once. Not for signal handlers. Misuse: see sync.h.
 */
#ifndef FUTEX2_MUTEX_HPP
#define FUTEX2_MUTEX_HPP

#include <futex2/sync.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <futex2/annotations.hpp>
#include <futex2/deadline.hpp>
#include <futex2/word.hpp>
#include <utility>

namespace futex2 {

class FUTEX2_CAPABILITY mutex {
  public:
    using native_handle_type = futex2_mutex*;

    constexpr mutex() noexcept = default;
    mutex(const mutex&) = delete;
    mutex& operator=(const mutex&) = delete;
#ifndef NDEBUG
    ~mutex() {
        futex2_mutex_destroy(&state_);
    }
#endif

    void lock() FUTEX2_ACQUIRE {
        detail::require(futex2_mutex_lock(&state_), "futex2: lock");
    }
    bool try_lock() noexcept FUTEX2_TRY_ACQUIRE {
        return futex2_mutex_trylock(&state_) == 0;
    }
    void unlock() noexcept FUTEX2_RELEASE {
        futex2_mutex_unlock(&state_);
    }

    /** For the calls of sync.h. */
    native_handle_type native_handle() noexcept {
        return &state_;
    }

  protected:
    futex2_mutex state_ = FUTEX2_MUTEX_INIT;
};

class FUTEX2_CAPABILITY timed_mutex : public mutex {
  public:
    /** False where the time has passed, on any clock. What is free is taken whatever the time. */
    template <class Clock, class Duration>
    bool try_lock_until(const std::chrono::time_point<Clock, Duration>& time) FUTEX2_TRY_ACQUIRE {
        return lock_by(time);
    }
    template <class Rep, class Period>
    bool try_lock_for(const std::chrono::duration<Rep, Period>& time) FUTEX2_TRY_ACQUIRE {
        return futex2_mutex_trylock(&state_) == 0 || lock_by(to_deadline(time));
    }

  private:
    template <class Time>
    bool lock_by(const Time& time) {
        return detail::done_by(time, "futex2: try_lock_until", [this](const deadline& until) {
            return futex2_mutex_timedlock(&state_, &until.time, until.clock);
        });
    }
};

namespace detail {

// A thread is known by the address of something of its own.
inline const void* this_thread() noexcept {
    static thread_local const char here = 0;
    return &here;
}

// A lock that its owner may lock again: held or not by its depth, which no analysis sees.
template <class Lock>
class recursive {
  public:
    using native_handle_type = futex2_mutex*;

    void lock() FUTEX2_NO_ANALYSIS {
        if (!again()) {
            lock_.lock();
            own();
        }
    }
    bool try_lock() noexcept FUTEX2_NO_ANALYSIS {
        if (again()) {
            return true;
        }
        if (!lock_.try_lock()) {
            return false;
        }
        own();
        return true;
    }
    void unlock() noexcept FUTEX2_NO_ANALYSIS {
        if (--depth_ == 0) {
            __atomic_store_n(&owner_, nullptr, __ATOMIC_RELAXED);
            lock_.unlock();
        }
    }
    native_handle_type native_handle() noexcept { return lock_.native_handle(); }

  protected:
    // Whether the caller owns it. Relaxed: a thread reads its own store, or none of its own.
    bool again() noexcept {
        if (__atomic_load_n(&owner_, __ATOMIC_RELAXED) != this_thread()) {
            return false;
        }
        ++depth_;
        return true;
    }
    void own() noexcept {
        __atomic_store_n(&owner_, this_thread(), __ATOMIC_RELAXED);
        depth_ = 1;
    }

    // All of one access: the standard wants a standard layout.
    Lock lock_;
    const void* owner_ = nullptr;
    std::size_t depth_ = 0;  // its owner's
};

}  // namespace detail

class FUTEX2_CAPABILITY recursive_mutex : private detail::recursive<mutex> {
    using base = detail::recursive<mutex>;

  public:
    using base::native_handle;
    using base::native_handle_type;

    constexpr recursive_mutex() noexcept = default;
    recursive_mutex(const recursive_mutex&) = delete;
    recursive_mutex& operator=(const recursive_mutex&) = delete;

    void lock() FUTEX2_ACQUIRE { base::lock(); }
    bool try_lock() noexcept FUTEX2_TRY_ACQUIRE { return base::try_lock(); }
    void unlock() noexcept FUTEX2_RELEASE { base::unlock(); }
};

class FUTEX2_CAPABILITY recursive_timed_mutex : private detail::recursive<timed_mutex> {
    using base = detail::recursive<timed_mutex>;

  public:
    using base::native_handle;
    using base::native_handle_type;

    constexpr recursive_timed_mutex() noexcept = default;
    recursive_timed_mutex(const recursive_timed_mutex&) = delete;
    recursive_timed_mutex& operator=(const recursive_timed_mutex&) = delete;

    void lock() FUTEX2_ACQUIRE { base::lock(); }
    bool try_lock() noexcept FUTEX2_TRY_ACQUIRE { return base::try_lock(); }
    void unlock() noexcept FUTEX2_RELEASE { base::unlock(); }

    template <class Clock, class Duration>
    bool try_lock_until(const std::chrono::time_point<Clock, Duration>& time) FUTEX2_TRY_ACQUIRE {
        return owned([&] { return lock_.try_lock_until(time); });
    }
    template <class Rep, class Period>
    bool try_lock_for(const std::chrono::duration<Rep, Period>& time) FUTEX2_TRY_ACQUIRE {
        return owned([&] { return lock_.try_lock_for(time); });
    }

  private:
    template <class Try>
    bool owned(const Try& attempt) {
        if (again()) {
            return true;
        }
        if (!attempt()) {
            return false;
        }
        own();
        return true;
    }
};

/**
 * A mutex whose unlock hands it over, where somebody waits: to the waiter of the unlocking
 * thread's node that has waited longest, `bound` times in a row at most; else, and where none
 * waits on that node, to who has waited longest of all. So its lines, and those that it guards,
 * move between nodes once in `bound` times; and a waiter waits for at most bound + 1 hand-overs
 * for each that came before it.
 */
class FUTEX2_CAPABILITY numa_mutex {
  public:
    using native_handle_type = futex2_numa_mutex*;

    constexpr explicit numa_mutex(std::uint32_t bound = 64) noexcept
        : state_ FUTEX2_NUMA_MUTEX_INIT(bound) {}
    numa_mutex(const numa_mutex&) = delete;
    numa_mutex& operator=(const numa_mutex&) = delete;
#ifndef NDEBUG
    ~numa_mutex() {
        futex2_numa_mutex_destroy(&state_);
    }
#endif

    void lock() FUTEX2_ACQUIRE {
        detail::require(futex2_numa_mutex_lock(&state_), "futex2: lock");
    }
    bool try_lock() noexcept FUTEX2_TRY_ACQUIRE {
        return futex2_numa_mutex_trylock(&state_) == 0;
    }
    void unlock() noexcept FUTEX2_RELEASE {
        futex2_numa_mutex_unlock(&state_);
    }

    native_handle_type native_handle() noexcept {
        return &state_;
    }

  private:
    futex2_numa_mutex state_;
};

class once_flag {
  public:
    constexpr once_flag() noexcept = default;
    once_flag(const once_flag&) = delete;
    once_flag& operator=(const once_flag&) = delete;

  private:
    template <class F, class... A>
    friend void call_once(once_flag& flag, F&& f, A&&... arguments);

    // Ends what was begun: done, or, when f throws, not.
    struct turn {
        futex2_once& state;
        bool done = false;
        ~turn() { futex2_once_end(&state, done ? 1 : 0); }
    };

    futex2_once state_ = FUTEX2_ONCE_INIT;
};

/** As std::call_once: if f throws, the exception goes to the caller, and the next one calls. */
template <class F, class... A>
void call_once(once_flag& flag, F&& f, A&&... arguments) {
    const int begun = futex2_once_begin(&flag.state_);
    if (begun == 0) {
        return;
    }
    detail::require(begun, "futex2: call_once");
    once_flag::turn mine{flag.state_};
    std::invoke(std::forward<F>(f), std::forward<A>(arguments)...);
    mine.done = true;
}

}  // namespace futex2

#endif
