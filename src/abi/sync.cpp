// SPDX-License-Identifier: MIT
// The calls of <futex2/sync.h> that are not inline.
#include <futex2/sync.h>

#include "abi/check.hpp"
#include "abi/diagnosis.hpp"
#include "abi/instance.hpp"
#include "sync/condition.hpp"
#include "sync/event.hpp"
#include "sync/numa_mutex.hpp"
#include "sync/once.hpp"
#include "sync/semaphore.hpp"
#include "sync/shared_mutex.hpp"

namespace futex2::abi {
namespace {

using platform::deadline;
using platform::width;
using mutex_state = sync::mutex_state<native>;
using semaphore_state = sync::semaphore_state<native>;
using event_state = sync::event_state<native>;
using once_state = sync::once_state<native>;

// Calls f with the engine, if the deadline is sound and there is memory for one.
template <class F>
int with_engine(const timespec* time, clockid_t clock, const F& f) {
    if (const int error = check_deadline(time, clock); error != 0) return error;
    native_process* p = instance();
    return p == nullptr ? -ENOMEM : f(*p, deadline{time, clock});
}

// wait(p, m, until): where somebody has it.
template <class Wait>
int lock(uint8_t& byte, const timespec* time, clockid_t clock, const Wait& wait) {
    if (checking()) about_to_lock(&byte);
    const int error = with_engine(time, clock, [&](native_process& p, deadline until) {
        return wait(p, mutex_state(&byte), until);
    });
    if (checking() && error == 0) has_locked(&byte);
    return error;
}

int try_lock(uint8_t& byte) {
    mutex_state m(&byte);
    for (;;) {
        const uint64_t v = m.load();
        if ((v & sync::mutex_held) != 0) return -EBUSY;
        if (m.change(v, v | sync::mutex_held, order::acquire)) break;
    }
    if (checking()) has_locked(&byte);
    return 0;
}

// hand_over(p, m): where threads may be queued. Where there is no engine, nobody is.
template <class HandOver>
int unlock(uint8_t& byte, const HandOver& hand_over) {
    mutex_state m(&byte);
    if (checking()) about_to_unlock(&byte, (m.load() & sync::mutex_held) != 0);
    if (!m.change(sync::mutex_held, sync::mutex_free, order::release))
        if (native_process* p = instance_if_any(); p != nullptr) hand_over(*p, m);
    return 0;
}

void check_unused(const uint8_t& byte) {
    if (checking() && __atomic_load_n(&byte, __ATOMIC_RELAXED) != sync::mutex_free)
        destroyed_in_use(&byte, width::u8);
}

sync::shared_mutex<native> both(futex2_shared_mutex* m) {
    return {sync::shared_mutex<native>::word(&m->state),
            sync::shared_mutex<native>::word(&m->drain)};
}

sync::condition<native> both(futex2_cond* c) {
    static_assert(sizeof(native::atomic<void*>) == sizeof c->mutex);
    return {sync::condition<native>::sequence_state(&c->sequence),
            *reinterpret_cast<native::atomic<void*>*>(&c->mutex)};
}

}  // namespace
}  // namespace futex2::abi

namespace abi = futex2::abi;
namespace sync_types = futex2::sync;
using abi::native_process;
using futex2::platform::deadline;
using futex2::platform::order;
using futex2::platform::width;

extern "C" {

int futex2_mutex_lock_(futex2_mutex* m, const timespec* time, clockid_t clock) noexcept {
    return abi::lock(m->state, time, clock,
                     [](native_process& p, abi::mutex_state state, deadline until) {
                         return sync_types::lock_mutex(p, state, until);
                     });
}
int futex2_mutex_trylock_(futex2_mutex* m) noexcept {
    return abi::try_lock(m->state);
}
int futex2_mutex_unlock_(futex2_mutex* m) noexcept {
    return abi::unlock(m->state, [](native_process& p, abi::mutex_state state) {
        sync_types::unlock_mutex(p, state);
    });
}
void futex2_mutex_destroy(futex2_mutex* m) noexcept {
    abi::check_unused(m->state);
}

int futex2_numa_mutex_lock_(futex2_numa_mutex* m, const timespec* time, clockid_t clock) noexcept {
    return abi::lock(m->state, time, clock,
                     [](native_process& p, abi::mutex_state state, deadline until) {
                         return sync_types::lock_numa_mutex(p, state, until);
                     });
}
int futex2_numa_mutex_trylock_(futex2_numa_mutex* m) noexcept {
    return abi::try_lock(m->state);
}
int futex2_numa_mutex_unlock_(futex2_numa_mutex* m) noexcept {
    return abi::unlock(m->state, [m](native_process& p, abi::mutex_state state) {
        sync_types::unlock_numa_mutex(p, state, m->in_a_row, m->bound);
    });
}
void futex2_numa_mutex_destroy(futex2_numa_mutex* m) noexcept {
    abi::check_unused(m->state);
}

int futex2_shared_mutex_lock_(futex2_shared_mutex* m, const timespec* time,
                              clockid_t clock) noexcept {
    if (abi::checking()) abi::about_to_lock(m);
    const int error = abi::with_engine(time, clock, [&](native_process& p, deadline until) {
        return sync_types::lock_exclusive(p, abi::both(m), until);
    });
    if (abi::checking() && error == 0) abi::has_locked(m);
    return error;
}
int futex2_shared_mutex_trylock_(futex2_shared_mutex* m) noexcept {
    auto main = abi::both(m).main;
    for (;;) {
        const uint64_t v = main.load();
        if ((v & ~sync_types::shared_parked) != 0) return -EBUSY;
        if (main.change(v, v | sync_types::shared_writer, order::acquire)) break;
    }
    if (abi::checking()) abi::has_locked(m);
    return 0;
}
int futex2_shared_mutex_unlock_(futex2_shared_mutex* m) noexcept {
    auto state = abi::both(m);
    if (abi::checking())
        abi::about_to_unlock(m, (state.main.load() & sync_types::shared_writer) != 0);
    if (!state.main.change(sync_types::shared_writer, 0, order::release))
        if (native_process* p = abi::instance_if_any(); p != nullptr)
            sync_types::unlock_exclusive(*p, state);
    return 0;
}
int futex2_shared_mutex_lock_shared_(futex2_shared_mutex* m, const timespec* time,
                                     clockid_t clock) noexcept {
    if (abi::checking()) abi::about_to_lock(m);
    return abi::with_engine(time, clock, [&](native_process& p, deadline until) {
        return sync_types::lock_shared(p, abi::both(m), until);
    });
}
int futex2_shared_mutex_trylock_shared_(futex2_shared_mutex* m) noexcept {
    auto main = abi::both(m).main;
    for (;;) {
        const uint64_t v = main.load();
        if (!sync_types::open_to_readers(v, false)) return -EBUSY;
        if ((v & sync_types::shared_readers) == sync_types::shared_readers) return -EAGAIN;
        if (main.change(v, v + sync_types::shared_reader, order::acquire)) return 0;
    }
}
int futex2_shared_mutex_unlock_shared_(futex2_shared_mutex* m) noexcept {
    if (abi::checking())
        abi::about_to_unlock_shared(
            m, __atomic_load_n(&m->state, __ATOMIC_RELAXED) >= sync_types::shared_reader);
    if (native_process* p = abi::instance(); p != nullptr)
        sync_types::unlock_shared(*p, abi::both(m));
    return 0;
}
void futex2_shared_mutex_destroy(futex2_shared_mutex* m) noexcept {
    if (abi::checking() && __atomic_load_n(&m->state, __ATOMIC_RELAXED) != 0)
        abi::destroyed_in_use(m, width::u32);
}

int futex2_cond_wait_since_(futex2_cond* c, futex2_mutex* m, uint64_t sequence,
                            const timespec* time, clockid_t clock) noexcept {
    return abi::with_engine(time, clock, [&](native_process& p, deadline until) {
        return sync_types::wait_for_notification(
            p, abi::both(c), m, sequence, until, [m] { futex2_mutex_unlock(m); },
            [m] { return futex2_mutex_lock(m); });
    });
}
void futex2_cond_signal(futex2_cond* c) noexcept {
    if (native_process* p = abi::instance_if_any(); p != nullptr)
        sync_types::notify_one(*p, abi::both(c));
}
void futex2_cond_broadcast(futex2_cond* c) noexcept {
    if (native_process* p = abi::instance_if_any(); p != nullptr)
        sync_types::notify_all(*p, abi::both(c));
}
void futex2_cond_destroy(futex2_cond* c) noexcept {
    native_process* p = abi::instance_if_any();
    if (abi::checking() && p != nullptr &&
        futex2::engine::waits_on(*p, &c->sequence, futex2::engine::word_kind{FUTEX2_SIZE_U64}) > 0)
        abi::destroyed_in_use(c, width::u64);
}

int futex2_semaphore_acquire_(futex2_semaphore* s, const timespec* time, clockid_t clock) noexcept {
    return abi::with_engine(time, clock, [&](native_process& p, deadline until) {
        return sync_types::acquire_semaphore(p, abi::semaphore_state(&s->state), until);
    });
}
int futex2_semaphore_release_(futex2_semaphore* s, uint32_t units) noexcept {
    native_process* p = abi::instance();
    return p == nullptr ? -ENOMEM
                        : sync_types::release_semaphore(*p, abi::semaphore_state(&s->state), units);
}

void futex2_event_set_(futex2_event* e) noexcept {
    if (native_process* p = abi::instance_if_any(); p != nullptr)
        sync_types::set_event(*p, abi::event_state(&e->set), e->automatic != 0);
    else
        abi::event_state(&e->set).store(1, order::release);
}
int futex2_event_wait_(futex2_event* e, const timespec* time, clockid_t clock) noexcept {
    return abi::with_engine(time, clock, [&](native_process& p, deadline until) {
        return sync_types::wait_for_event(p, abi::event_state(&e->set), e->automatic != 0, until);
    });
}

int futex2_once_begin_(futex2_once* o) noexcept {
    native_process* p = abi::instance();
    return p == nullptr ? -ENOMEM : sync_types::begin_once(*p, abi::once_state(&o->state));
}
void futex2_once_end_(futex2_once* o, int done) noexcept {
    if (native_process* p = abi::instance_if_any(); p != nullptr)
        sync_types::end_once(*p, abi::once_state(&o->state),
                             done != 0 ? sync_types::once_done : sync_types::once_new);
}

}  // extern "C"
