// SPDX-License-Identifier: MIT
// The engine `kernel`: futex(2), with the operations that perf's benchmark uses.
#pragma once

#include "bench/engine.hpp"
#include "bench/word.hpp"
#include "kernel/calls.hpp"

namespace futex2::bench {

class kernel_engine : public engine {
  public:
    using word = plain_word<uint32_t>;
    using value = uint32_t;
    static constexpr bool has_requeue = true;

    explicit kernel_engine(bool shared) : flags_(shared ? 0 : FUTEX_PRIVATE_FLAG) {}

    int wait(word& w, value expected) const {
        return static_cast<int>(kernel::futex_wait_relative(&w.value, expected, flags_, nullptr));
    }
    int wake(word& w, int count) const {
        return static_cast<int>(kernel::futex_wake(&w.value, count, flags_));
    }
    int store_wake(word& w, value next, int count) const {
        store(w, next);
        return wake(w, count);
    }
    int requeue(word& from, value expected, word& to, int count) const {
        return static_cast<int>(
            kernel::futex_cmp_requeue(&from.value, &to.value, expected, 0, count, flags_));
    }

    // Locks with priority inheritance: this engine's alone.
    int lock_pi(word& w) const {
        return static_cast<int>(kernel::futex_lock_pi(&w.value, flags_, nullptr));
    }
    int unlock_pi(word& w) const {
        return static_cast<int>(kernel::futex_unlock_pi(&w.value, flags_));
    }
    int wait_requeue_pi(word& from, value expected, word& to) const {
        return static_cast<int>(
            kernel::call(SYS_futex, &from.value, static_cast<long>(FUTEX_WAIT_REQUEUE_PI | flags_),
                         static_cast<unsigned long>(expected), kernel::unused, &to.value));
    }
    /** Gives the lock `to` to one waiter, and moves up to count more to it. */
    int requeue_pi(word& from, value expected, word& to, int count) const {
        return static_cast<int>(kernel::call(
            SYS_futex, &from.value, static_cast<long>(FUTEX_CMP_REQUEUE_PI | flags_), 1L,
            static_cast<long>(count), &to.value, static_cast<unsigned long>(expected)));
    }

  private:
    int flags_;
};

}  // namespace futex2::bench
