/* SPDX-License-Identifier: MIT */
/**
 * Locks, condition variables, semaphores and events for C, over futex2's words.
 *
 *     static futex2_mutex lock = FUTEX2_MUTEX_INIT;
 *     futex2_mutex_lock(&lock);
 *     futex2_mutex_unlock(&lock);
 *
 * All-zero bytes are a valid object of every type but a semaphore with units and an event of
 * the other kind. Objects are private to the process, are not copied while they are used, and
 * need no memory and no clean-up: a destroy call only checks.
 *
 * Every call returns 0 (or what it says) or a negative errno; `errno` is left alone:
 *   -ENOMEM    a thread that must sleep finds no memory for that (futex2.h); it has not waited
 *   -EINVAL    of a timed form: a malformed deadline, or a third clock. What can be had at once
 *              may be had without a look at them
 *   -ETIMEDOUT of a timed form: the deadline has passed. Deadlines are absolute, on
 *              CLOCK_MONOTONIC or CLOCK_REALTIME; NULL is none. What can be had at once is
 *              had, whatever the deadline
 * A signal ends no wait. Nothing here is for signal handlers but futex2_semaphore_release()
 * of a semaphore that nobody waits for; no call is a cancellation point.
 *
 * Memory order: what acquires, acquires; what releases, releases (C11).
 *
 * Misuse is undefined, but ends the program with one line that says what, where, and by which
 * threads, while checks are on: in programs of which some file that includes this header is
 * compiled without NDEBUG, and with FUTEX2_CHECK=1 in the environment (=0 turns them off).
 */
#ifndef FUTEX2_SYNC_H
#define FUTEX2_SYNC_H

#include <errno.h>
#include <futex2/futex2.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** A mutex of one byte. Whoever comes first takes it when it is free; who has waited for a
 * millisecond is handed it when its turn comes. */
typedef struct futex2_mutex {
    uint8_t state;
} futex2_mutex;
#define FUTEX2_MUTEX_INIT \
    { 0 }

/** A mutex that its unlock hands to a waiter of its own NUMA node, `bound` times in a row at
 * most, and then to who has waited longest. */
typedef struct futex2_numa_mutex {
    uint8_t state;
    uint32_t in_a_row;
    uint32_t bound;
} futex2_numa_mutex;
#define FUTEX2_NUMA_MUTEX_INIT(bound_on_hand_overs) \
    { 0, 0, (bound_on_hand_overs) }

/** A mutex for one writer or up to 2^30 - 1 readers. Neither starves the other. */
typedef struct futex2_shared_mutex {
    uint32_t state;
    uint32_t drain;
} futex2_shared_mutex;
#define FUTEX2_SHARED_MUTEX_INIT \
    { 0, 0 }

/** A condition variable for one futex2_mutex at a time. */
typedef struct futex2_cond {
    uint64_t sequence; /* of notifications: it does not wrap */
    void* mutex;
} futex2_cond;
#define FUTEX2_COND_INIT \
    { 0, 0 }

/** A counting semaphore of up to FUTEX2_SEMAPHORE_MAX units. */
typedef struct futex2_semaphore {
    uint32_t state;
} futex2_semaphore;
#define FUTEX2_SEMAPHORE_MAX 0x7fffffffu
#define FUTEX2_SEMAPHORE_INIT(units) \
    { (units) }

/** An event that is set or not. Automatic: each wait that ends by it resets it. */
typedef struct futex2_event {
    uint8_t set;
    uint8_t automatic;
} futex2_event;
#define FUTEX2_EVENT_INIT \
    { 0, 0 }
#define FUTEX2_EVENT_AUTOMATIC_INIT \
    { 0, 1 }

/** Something that is done once. */
typedef struct futex2_once {
    uint8_t state;
} futex2_once;
#define FUTEX2_ONCE_INIT \
    { 0 }

/* Out of line: what the calls below do when they cannot do it in one step, and all of it while
 * checks are on. Same contracts. */
FUTEX2_API extern int futex2_checks_; /* not 0: checks are on */
FUTEX2_API int futex2_mutex_lock_(futex2_mutex* m, const struct timespec* deadline,
                                  clockid_t clock) FUTEX2_NOEXCEPT;
FUTEX2_API int futex2_mutex_trylock_(futex2_mutex* m) FUTEX2_NOEXCEPT;
FUTEX2_API int futex2_mutex_unlock_(futex2_mutex* m) FUTEX2_NOEXCEPT;
FUTEX2_API int futex2_numa_mutex_lock_(futex2_numa_mutex* m, const struct timespec* deadline,
                                       clockid_t clock) FUTEX2_NOEXCEPT;
FUTEX2_API int futex2_numa_mutex_trylock_(futex2_numa_mutex* m) FUTEX2_NOEXCEPT;
FUTEX2_API int futex2_numa_mutex_unlock_(futex2_numa_mutex* m) FUTEX2_NOEXCEPT;
FUTEX2_API int futex2_shared_mutex_lock_(futex2_shared_mutex* m, const struct timespec* deadline,
                                         clockid_t clock) FUTEX2_NOEXCEPT;
FUTEX2_API int futex2_shared_mutex_trylock_(futex2_shared_mutex* m) FUTEX2_NOEXCEPT;
FUTEX2_API int futex2_shared_mutex_trylock_shared_(futex2_shared_mutex* m) FUTEX2_NOEXCEPT;
FUTEX2_API int futex2_shared_mutex_unlock_(futex2_shared_mutex* m) FUTEX2_NOEXCEPT;
FUTEX2_API int futex2_shared_mutex_lock_shared_(futex2_shared_mutex* m,
                                                const struct timespec* deadline,
                                                clockid_t clock) FUTEX2_NOEXCEPT;
FUTEX2_API int futex2_shared_mutex_unlock_shared_(futex2_shared_mutex* m) FUTEX2_NOEXCEPT;
FUTEX2_API int futex2_cond_wait_since_(futex2_cond* c, futex2_mutex* m, uint64_t sequence,
                                       const struct timespec* deadline,
                                       clockid_t clock) FUTEX2_NOEXCEPT;
FUTEX2_API int futex2_semaphore_acquire_(futex2_semaphore* s, const struct timespec* deadline,
                                         clockid_t clock) FUTEX2_NOEXCEPT;
FUTEX2_API int futex2_semaphore_release_(futex2_semaphore* s, uint32_t units) FUTEX2_NOEXCEPT;
FUTEX2_API void futex2_event_set_(futex2_event* e) FUTEX2_NOEXCEPT;
FUTEX2_API int futex2_event_wait_(futex2_event* e, const struct timespec* deadline,
                                  clockid_t clock) FUTEX2_NOEXCEPT;
FUTEX2_API int futex2_once_begin_(futex2_once* o) FUTEX2_NOEXCEPT;
FUTEX2_API void futex2_once_end_(futex2_once* o, int done) FUTEX2_NOEXCEPT;
FUTEX2_API void futex2_turn_checks_on_(void) FUTEX2_NOEXCEPT;

#if !defined(NDEBUG) && !defined(FUTEX2_BUILDING_)
__attribute__((constructor)) static void futex2_turn_checks_on_here_(void) {
    futex2_turn_checks_on_();
}
#endif

/* For ThreadSanitizer, which does not see what the library orders out of line: object was
 * acquired if error is 0; object is about to be released. */
#if defined(__SANITIZE_THREAD__)
#define FUTEX2_TSAN_ 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define FUTEX2_TSAN_ 1
#endif
#endif
#if defined(FUTEX2_TSAN_)
void __tsan_acquire(void* address);
void __tsan_release(void* address);
#endif
static inline int futex2_acquired_(void* object, int error) {
#if defined(FUTEX2_TSAN_)
    if (error >= 0) __tsan_acquire(object);
#endif
    (void)object;
    return error;
}
static inline void futex2_releasing_(void* object) {
#if defined(FUTEX2_TSAN_)
    __tsan_release(object);
#endif
    (void)object;
}

/* One step of an 8-bit or a 32-bit state. */
#define FUTEX2_STEP_(size)                                                                \
    static inline int futex2_step##size##_(uint##size##_t* state, uint##size##_t from,    \
                                           uint##size##_t to, int order) {                \
        return __atomic_compare_exchange_n(state, &from, to, 0, order, __ATOMIC_RELAXED); \
    }
FUTEX2_STEP_(8)  /* NOLINT(readability-non-const-parameter): it is exchanged */
FUTEX2_STEP_(32) /* NOLINT(readability-non-const-parameter): it is exchanged */
#undef FUTEX2_STEP_

static inline int futex2_unchecked_(void) {
    return __builtin_expect(futex2_checks_, 0) == 0;
}

/** Locks m. Relock by its owner: it waits for itself (a check). */
static inline int futex2_mutex_lock(futex2_mutex* m) {
    if (futex2_unchecked_() && futex2_step8_(&m->state, 0, 1, __ATOMIC_ACQUIRE)) return 0;
    return futex2_acquired_(m, futex2_mutex_lock_(m, 0, 0));
}
static inline int futex2_mutex_timedlock(futex2_mutex* m, const struct timespec* deadline,
                                         clockid_t clock) {
    if (futex2_unchecked_() && futex2_step8_(&m->state, 0, 1, __ATOMIC_ACQUIRE)) return 0;
    return futex2_acquired_(m, futex2_mutex_lock_(m, deadline, clock));
}
/** 0, or -EBUSY. Never for no reason. */
static inline int futex2_mutex_trylock(futex2_mutex* m) {
    if (futex2_unchecked_() && futex2_step8_(&m->state, 0, 1, __ATOMIC_ACQUIRE)) return 0;
    return futex2_acquired_(m, futex2_mutex_trylock_(m));
}
/** By the owner (a check). Who locks m next may destroy it at once. */
static inline int futex2_mutex_unlock(futex2_mutex* m) {
    if (futex2_unchecked_() && futex2_step8_(&m->state, 1, 0, __ATOMIC_RELEASE)) return 0;
    futex2_releasing_(m);
    return futex2_mutex_unlock_(m);
}
/** Checks that nobody holds m or waits for it. */
FUTEX2_API void futex2_mutex_destroy(futex2_mutex* m) FUTEX2_NOEXCEPT;

/** As of futex2_mutex. */
static inline int futex2_numa_mutex_lock(futex2_numa_mutex* m) {
    if (futex2_unchecked_() && futex2_step8_(&m->state, 0, 1, __ATOMIC_ACQUIRE)) return 0;
    return futex2_acquired_(m, futex2_numa_mutex_lock_(m, 0, 0));
}
static inline int futex2_numa_mutex_timedlock(futex2_numa_mutex* m, const struct timespec* deadline,
                                              clockid_t clock) {
    if (futex2_unchecked_() && futex2_step8_(&m->state, 0, 1, __ATOMIC_ACQUIRE)) return 0;
    return futex2_acquired_(m, futex2_numa_mutex_lock_(m, deadline, clock));
}
static inline int futex2_numa_mutex_trylock(futex2_numa_mutex* m) {
    if (futex2_unchecked_() && futex2_step8_(&m->state, 0, 1, __ATOMIC_ACQUIRE)) return 0;
    return futex2_acquired_(m, futex2_numa_mutex_trylock_(m));
}
static inline int futex2_numa_mutex_unlock(futex2_numa_mutex* m) {
    if (futex2_unchecked_() && futex2_step8_(&m->state, 1, 0, __ATOMIC_RELEASE)) return 0;
    futex2_releasing_(m);
    return futex2_numa_mutex_unlock_(m);
}
FUTEX2_API void futex2_numa_mutex_destroy(futex2_numa_mutex* m) FUTEX2_NOEXCEPT;

/** Locks m for the one writer. */
static inline int futex2_shared_mutex_lock(futex2_shared_mutex* m) {
    if (futex2_unchecked_() && futex2_step32_(&m->state, 0, 1, __ATOMIC_ACQUIRE)) return 0;
    return futex2_acquired_(m, futex2_shared_mutex_lock_(m, 0, 0));
}
static inline int futex2_shared_mutex_timedlock(futex2_shared_mutex* m,
                                                const struct timespec* deadline, clockid_t clock) {
    if (futex2_unchecked_() && futex2_step32_(&m->state, 0, 1, __ATOMIC_ACQUIRE)) return 0;
    return futex2_acquired_(m, futex2_shared_mutex_lock_(m, deadline, clock));
}
/** 0, or -EBUSY. */
static inline int futex2_shared_mutex_trylock(futex2_shared_mutex* m) {
    if (futex2_unchecked_() && futex2_step32_(&m->state, 0, 1, __ATOMIC_ACQUIRE)) return 0;
    return futex2_acquired_(m, futex2_shared_mutex_trylock_(m));
}
static inline int futex2_shared_mutex_unlock(futex2_shared_mutex* m) {
    if (futex2_unchecked_() && futex2_step32_(&m->state, 1, 0, __ATOMIC_RELEASE)) return 0;
    futex2_releasing_(m);
    return futex2_shared_mutex_unlock_(m);
}
/** Locks m for a reader. -EAGAIN: there are as many as can be. */
static inline int futex2_shared_mutex_lock_shared(futex2_shared_mutex* m) {
    const uint32_t seen = __atomic_load_n(&m->state, __ATOMIC_RELAXED);
    if ((seen & 3) == 0 && seen < UINT32_MAX - 4 && futex2_unchecked_() &&
        futex2_step32_(&m->state, seen, seen + 4, __ATOMIC_ACQUIRE))
        return 0;
    return futex2_acquired_(m, futex2_shared_mutex_lock_shared_(m, 0, 0));
}
static inline int futex2_shared_mutex_timedlock_shared(futex2_shared_mutex* m,
                                                       const struct timespec* deadline,
                                                       clockid_t clock) {
    return futex2_acquired_(m, futex2_shared_mutex_lock_shared_(m, deadline, clock));
}
/** 0, -EBUSY, or -EAGAIN. */
static inline int futex2_shared_mutex_trylock_shared(futex2_shared_mutex* m) {
    return futex2_acquired_(m, futex2_shared_mutex_trylock_shared_(m));
}
static inline int futex2_shared_mutex_unlock_shared(futex2_shared_mutex* m) {
    const uint32_t seen = __atomic_load_n(&m->state, __ATOMIC_RELAXED);
    if ((seen & 3) == 0 && futex2_unchecked_() &&
        futex2_step32_(&m->state, seen, seen - 4, __ATOMIC_RELEASE))
        return 0;
    futex2_releasing_(m);
    return futex2_shared_mutex_unlock_shared_(m);
}
FUTEX2_API void futex2_shared_mutex_destroy(futex2_shared_mutex* m) FUTEX2_NOEXCEPT;

/** How often c has been notified. */
static inline uint64_t futex2_cond_sequence(const futex2_cond* c) {
    return __atomic_load_n(&c->sequence, __ATOMIC_ACQUIRE);
}
/** futex2_cond_timedwait(), which returns at once if c has been notified since the caller read
 * that sequence: for conditions that change without the mutex. */
static inline int futex2_cond_wait_since(futex2_cond* c, futex2_mutex* m, uint64_t sequence,
                                         const struct timespec* deadline, clockid_t clock) {
    futex2_releasing_(m);
    const int error = futex2_cond_wait_since_(c, m, sequence, deadline, clock);
    futex2_acquired_(m, 0);
    return error;
}
/**
 * Unlocks m, which the caller holds, sleeps until c is notified, and locks m again.
 *
 * It may return 0 for no reason. All who wait at one time name the same mutex. Behind a
 * notification of all c may be destroyed, though threads have not returned yet.
 */
static inline int futex2_cond_wait(futex2_cond* c, futex2_mutex* m) {
    return futex2_cond_wait_since(c, m, futex2_cond_sequence(c), 0, 0);
}
/** A deadline that passes while the caller waits for m again counts for nothing. */
static inline int futex2_cond_timedwait(futex2_cond* c, futex2_mutex* m,
                                        const struct timespec* deadline, clockid_t clock) {
    return futex2_cond_wait_since(c, m, futex2_cond_sequence(c), deadline, clock);
}
/** Notifies who has waited longest, or all. Of all, one is woken; the others are moved to the
 * mutex, whose unlocks wake one after another. Needs not hold the mutex. */
FUTEX2_API void futex2_cond_signal(futex2_cond* c) FUTEX2_NOEXCEPT;
FUTEX2_API void futex2_cond_broadcast(futex2_cond* c) FUTEX2_NOEXCEPT;
/** Checks that nobody waits. */
FUTEX2_API void futex2_cond_destroy(futex2_cond* c) FUTEX2_NOEXCEPT;

/** Takes a unit. */
static inline int futex2_semaphore_try_acquire(futex2_semaphore* s) {
    uint32_t seen = __atomic_load_n(&s->state, __ATOMIC_RELAXED);
    while ((seen & FUTEX2_SEMAPHORE_MAX) != 0)
        if (__atomic_compare_exchange_n(&s->state, &seen, seen - 1, 0, __ATOMIC_ACQUIRE,
                                        __ATOMIC_RELAXED))
            return 0;
    return -EAGAIN;
}
static inline int futex2_semaphore_acquire(futex2_semaphore* s) {
    return futex2_semaphore_try_acquire(s) == 0
               ? 0
               : futex2_acquired_(s, futex2_semaphore_acquire_(s, 0, 0));
}
static inline int futex2_semaphore_timedacquire(futex2_semaphore* s,
                                                const struct timespec* deadline, clockid_t clock) {
    return futex2_semaphore_try_acquire(s) == 0
               ? 0
               : futex2_acquired_(s, futex2_semaphore_acquire_(s, deadline, clock));
}
/** Gives back units; wakes as many who wait. Who acquires one may destroy s at once.
 * -EOVERFLOW: they would be more than FUTEX2_SEMAPHORE_MAX, and none is given. */
static inline int futex2_semaphore_release(futex2_semaphore* s, uint32_t units) {
    uint32_t seen = __atomic_load_n(&s->state, __ATOMIC_RELAXED);
    while (seen <= FUTEX2_SEMAPHORE_MAX && units <= FUTEX2_SEMAPHORE_MAX - seen)
        if (__atomic_compare_exchange_n(&s->state, &seen, seen + units, 0, __ATOMIC_RELEASE,
                                        __ATOMIC_RELAXED))
            return 0;
    futex2_releasing_(s);
    return futex2_semaphore_release_(s, units);
}
/** How many units there are; old as soon as it is read. */
static inline uint32_t futex2_semaphore_value(const futex2_semaphore* s) {
    return __atomic_load_n(&s->state, __ATOMIC_RELAXED) & FUTEX2_SEMAPHORE_MAX;
}

/** Sets e, and wakes who waits: all, or of an automatic event one. The store that sets it is
 * the last touch of e. */
static inline void futex2_event_set(futex2_event* e) {
    futex2_releasing_(e);
    futex2_event_set_(e);
}
/** What set e is visible to who finds it set, and what reset it to who sets it next. */
static inline void futex2_event_reset(futex2_event* e) {
    __atomic_store_n(&e->set, 0, __ATOMIC_RELEASE);
}
static inline int futex2_event_is_set(const futex2_event* e) {
    return __atomic_load_n(&e->set, __ATOMIC_ACQUIRE) != 0;
}
/** Ends at once where e is set (and resets an automatic one): 0, else -EAGAIN. */
static inline int futex2_event_trywait(futex2_event* e) {
    if (!e->automatic) return futex2_event_is_set(e) ? 0 : -EAGAIN;
    return __atomic_load_n(&e->set, __ATOMIC_RELAXED) != 0 &&
                   __atomic_exchange_n(&e->set, 0, __ATOMIC_ACQUIRE) != 0
               ? 0
               : -EAGAIN;
}
static inline int futex2_event_wait(futex2_event* e) {
    return futex2_event_trywait(e) == 0 ? 0 : futex2_acquired_(e, futex2_event_wait_(e, 0, 0));
}
static inline int futex2_event_timedwait(futex2_event* e, const struct timespec* deadline,
                                         clockid_t clock) {
    return futex2_event_trywait(e) == 0
               ? 0
               : futex2_acquired_(e, futex2_event_wait_(e, deadline, clock));
}

/** 1: the caller does what is to be done once, and ends it. 0: it has been done. */
static inline int futex2_once_begin(futex2_once* o) {
    return __atomic_load_n(&o->state, __ATOMIC_ACQUIRE) == 3
               ? 0
               : futex2_acquired_(o, futex2_once_begin_(o));
}
/** done: 0 where it has failed; then one of those who wait, or the next, begins it. */
static inline void futex2_once_end(futex2_once* o, int done) {
    futex2_releasing_(o);
    futex2_once_end_(o, done);
}
/** Calls f(argument) if nobody has; returns when that has returned. */
static inline int futex2_once_call(futex2_once* o, void (*f)(void*), void* argument) {
    const int begun = futex2_once_begin(o);
    if (begun <= 0) return begun;
    f(argument);
    futex2_once_end(o, 1);
    return 0;
}

#ifdef __cplusplus
}
#endif

#endif
