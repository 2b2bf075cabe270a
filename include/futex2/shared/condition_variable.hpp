// SPDX-License-Identifier: MIT
/**
 * A condition variable for memory that processes share, as the standard's; 16 bytes.
 *
 *     std::unique_lock lock(memory->lock);  // a futex2::shared::mutex
 *     memory->filled.wait(lock, [&] { return memory->items > 0; });
 *
 * All-zero bytes are one. notify_all() wakes one thread and moves the others to the mutex, whose
 * unlocks wake one after another: no herd. So the mutex and the condition variable lie at the
 * same distance from each other in every process: in one object, or in one mapping. All who wait
 * at one time hold the same mutex.
 *
 * notify_one() ends a wait that began before it, if there is one: threads that sleep are woken
 * first in, first out. (The kernel wakes higher real-time priorities first. Where they differ,
 * and only then, a thread that begins to wait while the notification is under way may get it.)
 * A notification is a system call only where somebody waits whom nobody has notified yet, and
 * need not hold the mutex. It touches the condition variable by one step: whose wait ends by it
 * may unmap it though the notification has not returned, if no other wait is under way.
 *
 * Waits may end for no reason. They have deadlines of any clock, but no stop tokens: those belong
 * to one process. Errors as in mutex.hpp; the mutex is held behind an error, too. Notifications do
 * not fail, and neither they nor waits are for signal handlers. The changes of the condition are
 * made visible by the mutex.
 *
 * Notifications are counted in 32 bits, where somebody waits. The wait of a thread that stands
 * still behind its unlock of the mutex, and does not get to sleep, while there are 2^32
 * notifications, or a multiple of that, misses them. As each of these is a system call, that is
 * about an hour.
 *
 * A process that is killed while it waits leaves at most a count that is too high: then a
 * notification makes a system call for nobody. If it was killed when it had been notified, that
 * notification is lost with it; by notify_all() so are those who were moved to the mutex, until
 * another thread has had to wait for that.
 */
#ifndef FUTEX2_SHARED_CONDITION_VARIABLE_HPP
#define FUTEX2_SHARED_CONDITION_VARIABLE_HPP

#include <atomic>
#include <cerrno>
#include <climits>
#include <cstdint>
#include <futex2/annotations.hpp>
#include <futex2/deadline.hpp>
#include <futex2/shared/mutex.hpp>
#include <futex2/shared/word.hpp>
#include <futex2/waits.hpp>
#include <mutex>

namespace futex2::shared {

class condition_variable : public detail::waits<condition_variable> {
  public:
    constexpr condition_variable() noexcept = default;
    condition_variable(const condition_variable&) = delete;
    condition_variable& operator=(const condition_variable&) = delete;

    void notify_one() noexcept {
        pair seen = both().load(std::memory_order::relaxed);
        while (word::count(seen) != 0) {
            if (change(seen, seen + one_notification - one_waiter)) {
                detail::wake_shared(sequence_.address(), 1);
                return;
            }
        }
    }
    void notify_all() noexcept {
        pair seen = both().load(std::memory_order::acquire);
        while (word::count(seen) != 0) {
            // Read before the step: behind it nothing is.
            const std::intptr_t distance = to_mutex_.load(std::memory_order::relaxed);
            const std::uint32_t now = word::value(seen + one_notification);
            if (change(seen, word::of_value(now))) {
                wake_one_and_move_others(now, distance);
                return;
            }
        }
    }

  private:
    friend detail::waits<condition_variable>;

    // The value: how often it was notified. The count: those who wait and whom nobody has
    // notified, and perhaps more: who gives up cannot always tell whether it was notified.
    using word = detail::counted_word;
    using pair = word::pair;
    static constexpr pair one_notification = word::of_value(1);
    static constexpr pair one_waiter = 1;

    std::atomic<pair>& both() noexcept { return sequence_.both(); }

    // acquire: pairs with enter(). release: with the load behind a sleep. What the threads tell
    // each other goes by the mutex.
    bool change(pair& seen, pair next) noexcept {
        return both().compare_exchange_weak(seen, next, std::memory_order::acq_rel,
                                            std::memory_order::acquire);
    }

    std::uint64_t sequence() noexcept {
        return word::value(both().load(std::memory_order::relaxed));
    }

    // The caller holds the mutex. False: there was a notification since.
    bool enter(std::uint32_t since) noexcept {
        pair seen = both().load(std::memory_order::relaxed);
        while (word::value(seen) == since) {
            // release: to_mutex_ goes first.
            if (both().compare_exchange_weak(seen, seen + one_waiter, std::memory_order::release,
                                             std::memory_order::relaxed)) {
                return true;
            }
        }
        return false;
    }

    // By a thread that no wake has reached. False: there was a notification since, which may have
    // counted this thread as notified.
    bool leave(std::uint32_t since) noexcept {
        pair seen = both().load(std::memory_order::relaxed);
        while (word::value(seen) == since) {
            if (change(seen, seen - one_waiter)) {
                return true;
            }
        }
        return false;
    }

    bool wait_since(std::unique_lock<mutex>& lock, std::uint64_t sequence,
                    const deadline* until) FUTEX2_NO_ANALYSIS {
        mutex& m = *lock.mutex();
        const auto since = static_cast<std::uint32_t>(sequence);
        remember(m);
        if (!enter(since)) {
            return true;
        }
        m.unlock();
        const int error = detail::sleep_on_shared(sequence_.address(), since, until);
        // acquire: pairs with change(). Whoever notified this thread has made its last touch.
        static_cast<void>(both().load(std::memory_order::acquire));
        const bool gave_up = error != 0 && error != -EAGAIN && leave(since);
        if (error == 0) {
            // Others may have been moved to the mutex: this thread's unlock is to wake them.
            static_cast<void>(m.take_as_sleeper(nullptr));
        } else {
            m.lock();
        }
        detail::require_routine(static_cast<std::errc>(-error), "futex2: condition_variable");
        return !gave_up || error != -ETIMEDOUT;
    }

    // It lies elsewhere in each process, but at the same distance.
    void remember(mutex& m) noexcept {
        const std::intptr_t distance = number(&m.state_) - number(this);
        if (to_mutex_.load(std::memory_order::relaxed) != distance) {
            to_mutex_.store(distance, std::memory_order::relaxed);
        }
    }

    // Whoever is woken locks the mutex, and its unlock wakes the next. Uses addresses alone.
    void wake_one_and_move_others(std::uint32_t now, std::intptr_t distance) noexcept {
        futex_waitv from_to[] = {waited(now, number(sequence_.address())),
                                 waited(0, number(this) + distance)};
        if (futex2_requeue(from_to, 0, 1, INT_MAX) < 0) {
            // Another notification has come between, or the memory is gone: then nobody sleeps.
            detail::wake_shared(sequence_.address(), INT_MAX);
        }
    }

    static futex_waitv waited(std::uint32_t value, std::intptr_t address) noexcept {
        return {value, static_cast<std::uintptr_t>(address), FUTEX2_SIZE_U32, 0};
    }
    static std::intptr_t number(const void* address) noexcept {
        return reinterpret_cast<std::intptr_t>(address);
    }

    word sequence_{0, 0};
    std::atomic<std::intptr_t> to_mutex_{0};
};

}  // namespace futex2::shared

#endif
