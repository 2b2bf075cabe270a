// SPDX-License-Identifier: MIT
// The locks that are compared. A kind of locks has the state of one as a type, acquire(state)
// and release(state), and itself what all of its locks have in common: an array of locks is
// one of states.
#pragma once

#include <futex2/sync.h>
#include <pthread.h>

#include <futex2/shared/mutex.hpp>
#include <shared_mutex>
#if FUTEX2_BENCH_ABSL
#include <absl/synchronization/mutex.h>
#endif
#if FUTEX2_BENCH_NSYNC
#include <nsync_mu.h>
#endif
#if FUTEX2_BENCH_TBB
#include <oneapi/tbb/mutex.h>
#endif

#include "bench/wtf.hpp"

namespace futex2::bench {

/**
 * The third mutex of Drepper, "Futexes Are Tricky" (2011), section 6, over an engine's
 * waits and wakes: what an engine is worth to a lock.
 */
template <class Engine>
class word_locks {
  public:
    using state = typename Engine::word;

    explicit word_locks(const Engine& engine) : engine_(engine) {}

    void acquire(state& word) const {
        value seen = free;
        if (__atomic_compare_exchange_n(&word.value, &seen, held, false, __ATOMIC_ACQUIRE,
                                        __ATOMIC_RELAXED))
            return;
        acquire_contended(word);
    }
    void release(state& word) const {
        if (exchange(word, free) == contended) engine_.wake(word, 1);
    }

  protected:
    /** acquire() of who may not be the only one that sleeps. */
    void acquire_contended(state& word) const {
        while (exchange(word, contended) != free) engine_.wait(word, contended);
    }
    const Engine& engine() const { return engine_; }

    /** By the holder: its release will wake one. */
    static void mark_contended(state& word) { exchange(word, contended); }

  private:
    using value = typename Engine::value;
    static constexpr value free = 0;
    static constexpr value held = 1;
    static constexpr value contended = 2;  // somebody may wait

    // seq_cst, for the engines that look for waiters without a fence.
    static value exchange(state& word, value next) {
        return __atomic_exchange_n(&word.value, next, __ATOMIC_SEQ_CST);
    }

    Engine engine_;
};

/** WTF::Lock, which is a byte. */
class wtf_locks {
  public:
    using state = wtf::lock;

    void acquire(state& lock) const { library_.acquire(lock); }
    void release(state& lock) const { library_.release(lock); }

  private:
    const wtf& library_ = wtf::instance();
};

/** Of locks that are all there is to them. */
template <class Lock>
struct own_locks {
    using state = Lock;

    static void acquire(state& lock) { lock.acquire(); }
    static void release(state& lock) { lock.release(); }
};

/** One lock of a kind. */
template <class Kind>
class one_lock {
  public:
    explicit one_lock(const Kind& kind) : kind_(kind) {}

    void acquire() { kind_.acquire(state_); }
    void release() { kind_.release(state_); }

  private:
    [[no_unique_address]] Kind kind_;
    typename Kind::state state_{};
};

/** This library's own. */
class user_lock {
  public:
    void acquire() { futex2_mutex_lock(&mutex_); }
    void release() { futex2_mutex_unlock(&mutex_); }
    futex2_mutex& native() { return mutex_; }

  private:
    futex2_mutex mutex_ = FUTEX2_MUTEX_INIT;
};
class user_numa_lock {
  public:
    void acquire() { futex2_numa_mutex_lock(&mutex_); }
    void release() { futex2_numa_mutex_unlock(&mutex_); }

  private:
    futex2_numa_mutex mutex_ = FUTEX2_NUMA_MUTEX_INIT(64);
};

/** The same, of memory that processes share. */
class user_shared_lock {
  public:
    void acquire() FUTEX2_NO_ANALYSIS { mutex_.lock(); }
    void release() FUTEX2_NO_ANALYSIS { mutex_.unlock(); }
    shared::mutex& native() { return mutex_; }

  private:
    shared::mutex mutex_;
};

/** Whether only threads of one process use a lock. */
enum class reach : int {
    one_process = PTHREAD_PROCESS_PRIVATE,
    processes = PTHREAD_PROCESS_SHARED,
};

class pthread_lock {
  public:
    pthread_lock(int type, reach users) {
        pthread_mutexattr_t attributes;
        pthread_mutexattr_init(&attributes);
        pthread_mutexattr_settype(&attributes, type);
        pthread_mutexattr_setpshared(&attributes, static_cast<int>(users));
        pthread_mutex_init(&mutex_, &attributes);
        pthread_mutexattr_destroy(&attributes);
    }
    pthread_lock(const pthread_lock&) = delete;
    pthread_lock& operator=(const pthread_lock&) = delete;
    ~pthread_lock() { pthread_mutex_destroy(&mutex_); }

    void acquire() { pthread_mutex_lock(&mutex_); }
    void release() { pthread_mutex_unlock(&mutex_); }
    pthread_mutex_t& native() { return mutex_; }

  private:
    pthread_mutex_t mutex_;
};

struct normal_lock : pthread_lock {
    normal_lock() : pthread_lock(PTHREAD_MUTEX_NORMAL, reach::one_process) {}
};
struct normal_shared_lock : pthread_lock {
    normal_shared_lock() : pthread_lock(PTHREAD_MUTEX_NORMAL, reach::processes) {}
};
struct adaptive_lock : pthread_lock {
    adaptive_lock() : pthread_lock(PTHREAD_MUTEX_ADAPTIVE_NP, reach::one_process) {}
};

/** What has the standard's names. */
template <class Mutex>
class standard_lock {
  public:
    void acquire() { mutex_.lock(); }
    void release() { mutex_.unlock(); }

  private:
    Mutex mutex_;
};

#if FUTEX2_BENCH_ABSL
class absl_lock {
  public:
    // Debian's build looks for deadlocks at every lock: Abseil's own release builds do not.
    absl_lock() { absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore); }

    void acquire() ABSL_NO_THREAD_SAFETY_ANALYSIS { mutex_.Lock(); }
    void release() ABSL_NO_THREAD_SAFETY_ANALYSIS { mutex_.Unlock(); }
    absl::Mutex& native() { return mutex_; }

  private:
    absl::Mutex mutex_;
};
#endif

#if FUTEX2_BENCH_NSYNC
class nsync_lock {
  public:
    void acquire() { nsync::nsync_mu_lock(&mutex_); }
    void release() { nsync::nsync_mu_unlock(&mutex_); }
    nsync::nsync_mu& native() { return mutex_; }

  private:
    nsync::nsync_mu mutex_ = NSYNC_MU_INIT;
};
#endif

}  // namespace futex2::bench
