// SPDX-License-Identifier: MIT
// The types of src/sync: what they guard is guarded, and nobody is left behind.
#include "model/scenario.hpp"
#include "sync/condition.hpp"
#include "sync/event.hpp"
#include "sync/numa_mutex.hpp"
#include "sync/once.hpp"
#include "sync/semaphore.hpp"
#include "sync/shared_mutex.hpp"

namespace futex2::model {
namespace {

using engine::handover;
using engine::wait_result;

// Two words, and what they guard.
template <unsigned threads>
struct locking : suite<threads> {
    template <width size>
    sync::state<modelled, size> state(size_t i) {
        return sync::state<modelled, size>(&this->w.at(i));
    }
    engine::process<modelled>& process() { return this->w.process(); }

    // Who is alone there, is alone.
    void change() { guarded.set(guarded.get() + 1); }

    modelled_plain<int> guarded;
};

// What a handover notes reaches the waiter, with what came before.
struct note : locking<2> {
    void act(unsigned i) override {
        auto s = state<width::u32>(0);
        if (i == 0) {
            const wait_result result = s.sleep_while(process(), 0, {}, 3);
            RL_ASSERT(result.status != 0 || result.note == 7);
            if (result.status == 0) change();
        } else {
            handover<modelled> h(process(), s.key_in(process()));
            RL_ASSERT(!h.anybody_waits() || h.oldest()->owner.get()->note.get() == 3);
            h.take(1);
            change();
            s.store(1, order::relaxed);
            h.release(7);
        }
    }
};
const registration<note> note_("note");

struct mutex_of_three : locking<3> {
    void act(unsigned) override {
        sync::mutex_state<modelled> m = state<width::u8>(0);
        RL_ASSERT(sync::lock_mutex(process(), m, {}) == 0);
        change();
        if (!m.change(sync::mutex_held, sync::mutex_free, order::release))
            sync::unlock_mutex(process(), m);
    }
    void after() override {
        RL_ASSERT(guarded.get() == 3);
        RL_ASSERT((w.at(0).value() & sync::mutex_held) == 0);
        suite::after();
    }
};
const registration<mutex_of_three> mutex_("mutex");

// One of them gives up at times; it leaves nothing behind that would keep others out.
struct mutex_with_deadline : locking<3> {
    void act(unsigned i) override {
        sync::mutex_state<modelled> m = state<width::u8>(0);
        const deadline until{i == 0 ? &some_time : nullptr, CLOCK_MONOTONIC};
        const int error = sync::lock_mutex(process(), m, until);
        RL_ASSERT(error == 0 || (i == 0 && error == -ETIMEDOUT));
        if (error != 0) return;
        change();
        if (!m.change(sync::mutex_held, sync::mutex_free, order::release))
            sync::unlock_mutex(process(), m);
    }
};
const registration<mutex_with_deadline> mutex_deadline_("mutex-deadline");

// The next owner frees it at once.
struct mutex_freed : locking<2> {
    bool second = false;
    void act(unsigned) override {
        sync::mutex_state<modelled> m = state<width::u8>(0);
        RL_ASSERT(sync::lock_mutex(process(), m, {}) == 0);
        change();
        const bool last = guarded.get() == 2;
        if (!m.change(sync::mutex_held, sync::mutex_free, order::release))
            sync::unlock_mutex(process(), m);
        if (last) w.free(0);
    }
};
const registration<mutex_freed> mutex_freed_("mutex-freed");

struct numa_mutex_of_three : locking<3> {
    uint32_t in_a_row = 0;
    void act(unsigned) override {
        sync::mutex_state<modelled> m = state<width::u8>(0);
        for (int turns = 0; turns < 2; ++turns) {
            RL_ASSERT(sync::lock_numa_mutex(process(), m, {}) == 0);
            change();
            RL_ASSERT(in_a_row <= 1);
            if (!m.change(sync::mutex_held, sync::mutex_free, order::release))
                sync::unlock_numa_mutex(process(), m, in_a_row, 1);
        }
    }
};
const registration<numa_mutex_of_three> numa_mutex_("numa-mutex");

// A queue of one: notified with the mutex held, and without.
template <bool held, bool all>
struct condition_scenario : locking<3> {
    modelled_atomic<void*> mutex;

    sync::mutex_state<modelled> m() { return state<width::u8>(0); }
    sync::condition<modelled> c() { return {state<width::u64>(1), mutex}; }
    void notify() { all ? sync::notify_all(process(), c()) : sync::notify_one(process(), c()); }
    void lock() { RL_ASSERT(sync::lock_mutex(process(), m(), {}) == 0); }
    void unlock() {
        if (!m().change(sync::mutex_held, sync::mutex_free, order::release))
            sync::unlock_mutex(process(), m());
    }
    void act(unsigned i) override {
        if (i < 2) {
            lock();
            while (guarded.get() == 0) {
                const int error = sync::wait_for_notification(
                    process(), c(), &w.at(0), c().sequence.load(), {}, [this] { unlock(); },
                    [this] {
                        lock();
                        return 0;
                    });
                RL_ASSERT(error == 0);
            }
            // One by one: each lets the next go.
            if (!all) notify();
            unlock();
        } else {
            lock();
            change();
            if (held) notify();
            unlock();
            if (!held) notify();
        }
    }
};
const registration<condition_scenario<true, true>> broadcast_held_("condition-all-held");
const registration<condition_scenario<false, true>> broadcast_free_("condition-all-free");
const registration<condition_scenario<true, false>> signal_held_("condition-one-held");
const registration<condition_scenario<false, false>> signal_free_("condition-one-free");

// What the waiter looks at changes without the mutex.
struct condition_since : locking<2> {
    modelled_atomic<void*> mutex;
    modelled_atomic<int> flag;

    sync::condition<modelled> c() { return {state<width::u64>(1), mutex}; }
    void act(unsigned i) override {
        if (i == 1) {
            flag.store(1, order::relaxed);
            return sync::notify_one(process(), c());
        }
        sync::mutex_state<modelled> m = state<width::u8>(0);
        const auto lock = [&] { return sync::lock_mutex(process(), m, {}); };
        const auto unlock = [&] {
            if (!m.change(sync::mutex_held, sync::mutex_free, order::release))
                sync::unlock_mutex(process(), m);
        };
        RL_ASSERT(lock() == 0);
        for (;;) {
            const uint64_t since = c().sequence.load();
            if (flag.load(order::relaxed) != 0) break;
            RL_ASSERT(sync::wait_for_notification(process(), c(), &w.at(0), since, {}, unlock,
                                                  lock) == 0);
        }
        unlock();
    }
};
const registration<condition_since> condition_since_("condition-since");

template <unsigned writers, unsigned readers, bool timed>
struct shared_scenario : locking<writers + readers> {
    using base = locking<writers + readers>;

    sync::shared_mutex<modelled> m() {
        return {this->template state<width::u32>(0), this->template state<width::u32>(1)};
    }
    void act(unsigned i) override {
        if (i < writers) {
            const deadline until{timed && i == 0 ? &some_time : nullptr, CLOCK_MONOTONIC};
            const int error = sync::lock_exclusive(this->process(), m(), until);
            RL_ASSERT(error == 0 || (until.time != nullptr && error == -ETIMEDOUT));
            if (error != 0) return;
            this->change();
            if (!m().main.change(sync::shared_writer, 0, order::release))
                sync::unlock_exclusive(this->process(), m());
        } else {
            RL_ASSERT(sync::lock_shared(this->process(), m(), {}) == 0);
            this->guarded.get();
            sync::unlock_shared(this->process(), m());
        }
    }
    void after() override {
        RL_ASSERT((this->w.at(0).value() & ~sync::shared_parked) == 0);
        RL_ASSERT(this->w.at(1).value() == 0);
        base::after();
    }
};
const registration<shared_scenario<1, 2, false>> one_writer_("shared-one-writer");
const registration<shared_scenario<2, 1, false>> two_writers_("shared-two-writers");
const registration<shared_scenario<1, 2, true>> writer_gives_up_("shared-writer-gives-up");

struct semaphore_of_one : locking<3> {
    void before() override { state<width::u32>(0).store(1, order::relaxed); }
    void act(unsigned i) override {
        sync::semaphore_state<modelled> s = state<width::u32>(0);
        const deadline until{i == 0 ? &some_time : nullptr, CLOCK_MONOTONIC};
        const int error = sync::acquire_semaphore(process(), s, until);
        RL_ASSERT(error == 0 || (i == 0 && error == -ETIMEDOUT));
        if (error != 0) return;
        change();
        if (!s.change(0, 1, order::release))
            RL_ASSERT(sync::release_semaphore(process(), s, 1) == 0);
    }
    void after() override {
        RL_ASSERT((w.at(0).value() & sync::semaphore_most) == 1);
        suite::after();
    }
};
const registration<semaphore_of_one> semaphore_("semaphore");

// Units for two at once.
struct semaphore_of_two : locking<3> {
    void act(unsigned i) override {
        sync::semaphore_state<modelled> s = state<width::u32>(0);
        if (i < 2)
            RL_ASSERT(sync::acquire_semaphore(process(), s, {}) == 0);
        else
            RL_ASSERT(sync::release_semaphore(process(), s, 2) == 0);
    }
    void after() override {
        RL_ASSERT((w.at(0).value() & sync::semaphore_most) == 0);
        suite::after();
    }
};
const registration<semaphore_of_two> semaphore_two_("semaphore-two");

// It fails the first time.
struct once_of_three : locking<3> {
    modelled_atomic<int> begun;
    void act(unsigned) override {
        sync::once_state<modelled> s = state<width::u8>(0);
        const int mine = sync::begin_once(process(), s);
        if (mine == 1) {
            const bool fails = begun.fetch_add(1, order::relaxed) == 0;
            change();
            sync::end_once(process(), s, fails ? sync::once_new : sync::once_done);
        } else {
            RL_ASSERT(mine == 0);
            RL_ASSERT(guarded.get() == 2);
        }
    }
};
const registration<once_of_three> once_("once");

// Two sets, two waits: each ends one.
struct automatic_event : locking<3> {
    modelled_plain<int> first;
    void act(unsigned i) override {
        sync::event_state<modelled> e = state<width::u8>(0);
        sync::event_state<modelled> back = state<width::u8>(1);
        if (i < 2) {
            RL_ASSERT(sync::wait_for_event(process(), e, true, {}) == 0);
            change();
            sync::set_event(process(), back, true);
        } else {
            for (int n = 0; n < 2; ++n) {
                sync::set_event(process(), e, true);
                RL_ASSERT(sync::wait_for_event(process(), back, true, {}) == 0);
            }
        }
    }
};
const registration<automatic_event> automatic_event_("event-automatic");

struct manual_event : locking<3> {
    void act(unsigned i) override {
        sync::event_state<modelled> e = state<width::u8>(0);
        if (i < 2) {
            RL_ASSERT(sync::wait_for_event(process(), e, false, {}) == 0);
            RL_ASSERT(guarded.get() == 1);
        } else {
            change();
            sync::set_event(process(), e, false);
        }
    }
};
const registration<manual_event> manual_event_("event-manual");

}  // namespace
}  // namespace futex2::model
