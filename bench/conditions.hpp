// SPDX-License-Identifier: MIT
// The condition variables that are compared. A kind of them has a lock and a condition as
// types, and acquire, release, wait, notify_one and notify_all. Waits and notifies are made
// with the lock held; a wait may end without a notify.
#pragma once

#include <fmt/core.h>

#include <climits>
#include <futex2/shared/condition_variable.hpp>
#include <mutex>
#include <string_view>
#if FUTEX2_BENCH_NSYNC
#include <nsync_cv.h>
#endif

#include "bench/locks.hpp"
#include "bench/watchdog.hpp"

namespace futex2::bench {

/** What a notify does with who sleeps: wake it, or move it to the lock, which will be given back.
 */
enum class notify_by : uint8_t { wake, requeue };

/**
 * The simplest over words: a sequence, and Drepper's mutex.
 *
 * No notify is lost. A waiter counts itself and reads the sequence under the lock, and
 * sleeps only while the sequence is what it read. A notify changes the sequence under the
 * lock before it wakes: so it ends the waits of all who do not sleep yet, and it finds who
 * does. It is left out only where the count is 0; a notify of one takes one from it, and lets
 * one or more go, so that it is never below the number of those that no notify has reached.
 * A sequence that came round could be taken for the one that was read: then the run ends.
 *
 * Who was moved to the lock sleeps on its word. The lock was `contended` before, so its
 * release wakes one, and each that was woken takes it as contended, for those behind it.
 */
template <class Engine, notify_by how>
class word_conditions : public word_locks<Engine> {
  public:
    using lock = typename Engine::word;
    struct condition {
        typename Engine::word sequence;
        int waiters = 0;  // or more
    };
    static constexpr std::string_view form = how == notify_by::requeue ? ", requeue" : "";

    using word_locks<Engine>::word_locks;

    void wait(condition& c, lock& l) const {
        ++c.waiters;
        const auto seen = load(c.sequence);
        this->release(l);
        engine().wait(c.sequence, seen);
        if constexpr (how == notify_by::requeue)
            this->acquire_contended(l);
        else
            this->acquire(l);
    }
    void notify_one(condition& c, lock& l) const {
        if (c.waiters == 0) return;
        --c.waiters;
        notify(c, l, 1);
    }
    void notify_all(condition& c, lock& l) const {
        if (c.waiters == 0) return;
        c.waiters = 0;
        notify(c, l, INT_MAX);
    }

  private:
    using value = typename Engine::value;
    using word_locks<Engine>::engine;

    void notify(condition& c, lock& l, int count) const {
        const auto next = static_cast<value>(load(c.sequence) + 1);
        if (next == 0) give_up("condvar: the sequence has come round: shorter runs, or --size 64");
        if constexpr (how == notify_by::requeue) {
            store(c.sequence, next);
            this->mark_contended(l);
            if (const int moved = engine().requeue(c.sequence, next, l, count); moved < 0)
                give_up(fmt::format("condvar: a requeue answered {}", moved));
        } else {
            engine().store_wake(c.sequence, next, count);
        }
    }
};

/** Of locks and conditions that are all there is to them. */
template <class Lock, class Condition>
struct own_conditions : own_locks<Lock> {
    using lock = Lock;
    using condition = Condition;
    static constexpr std::string_view form{};

    static void wait(condition& c, lock& l) { c.wait(l); }
    static void notify_one(condition& c, lock&) { c.notify_one(); }
    static void notify_all(condition& c, lock&) { c.notify_all(); }
};

/** WTF::Condition. */
class wtf_conditions : public wtf_locks {
  public:
    using lock = wtf::lock;
    using condition = wtf::condition;
    static constexpr std::string_view form{};

    void wait(condition& c, lock& l) const { library_.wait(c, l); }
    void notify_one(condition& c, lock&) const { library_.notify_one(c); }
    void notify_all(condition& c, lock&) const { library_.notify_all(c); }

  private:
    const wtf& library_ = wtf::instance();
};

class user_condition {
  public:
    void wait(user_lock& l) { futex2_cond_wait(&condition_, &l.native()); }
    void notify_one() { futex2_cond_signal(&condition_); }
    void notify_all() { futex2_cond_broadcast(&condition_); }

  private:
    futex2_cond condition_ = FUTEX2_COND_INIT;
};

/** The same, of memory that processes share. */
class user_shared_condition {
  public:
    void wait(user_shared_lock& l) {
        std::unique_lock held(l.native(), std::adopt_lock);
        condition_.wait(held);
        static_cast<void>(held.release());
    }
    void notify_one() { condition_.notify_one(); }
    void notify_all() { condition_.notify_all(); }

  private:
    shared::condition_variable condition_;
};

class pthread_condition {
  public:
    explicit pthread_condition(reach users = reach::one_process) {
        pthread_condattr_t attributes;
        pthread_condattr_init(&attributes);
        pthread_condattr_setpshared(&attributes, static_cast<int>(users));
        pthread_cond_init(&condition_, &attributes);
        pthread_condattr_destroy(&attributes);
    }
    pthread_condition(const pthread_condition&) = delete;
    pthread_condition& operator=(const pthread_condition&) = delete;
    ~pthread_condition() { pthread_cond_destroy(&condition_); }

    void wait(pthread_lock& l) { pthread_cond_wait(&condition_, &l.native()); }
    void notify_one() { pthread_cond_signal(&condition_); }
    void notify_all() { pthread_cond_broadcast(&condition_); }

  private:
    pthread_cond_t condition_;
};
struct pthread_shared_condition : pthread_condition {
    pthread_shared_condition() : pthread_condition(reach::processes) {}
};

#if FUTEX2_BENCH_ABSL
class absl_condition {
  public:
    void wait(absl_lock& l) ABSL_NO_THREAD_SAFETY_ANALYSIS { condition_.Wait(&l.native()); }
    void notify_one() { condition_.Signal(); }
    void notify_all() { condition_.SignalAll(); }

  private:
    absl::CondVar condition_;
};
#endif

#if FUTEX2_BENCH_NSYNC
class nsync_condition {
  public:
    void wait(nsync_lock& l) { nsync::nsync_cv_wait(&condition_, &l.native()); }
    void notify_one() { nsync::nsync_cv_signal(&condition_); }
    void notify_all() { nsync::nsync_cv_broadcast(&condition_); }

  private:
    nsync::nsync_cv condition_ = NSYNC_CV_INIT;
};
#endif

}  // namespace futex2::bench
