// SPDX-License-Identifier: MIT
// WebKit's WTF::ParkingLot, WTF::Lock and WTF::Condition. They have no headers in Debian, but
// libjavascriptcoregtk exports them. Declared here as their headers have them (WebKit,
// Source/WTF/wtf: ParkingLot.h, Condition.h, ScopedLambda.h, TimeWithDynamicClockType.h, Lock.h,
// LockAlgorithm.h), found at run time, and tried before they are used.
#pragma once

#include <atomic>
#include <cstdint>
#include <limits>
#include <string>

namespace futex2::bench {

class wtf {
  public:
    /** The one of this process. Loads the library at the first call. */
    static const wtf& instance();

    /** Why there is none; empty: there is one. */
    const std::string& missing() const { return missing_; }

    /** ParkingLot: sleeps if valid(), asked under the bucket's lock, until woken. False: it
     * was not valid. */
    template <class F>
    bool park(const void* address, const F& valid) const {
        return park(address, valid, [] {});
    }

    /** The same; before() is called when it is certain that it will sleep, without the lock. */
    template <class F, class Before>
    bool park(const void* address, const F& valid, const Before& before) const {
        return park_(address, lambda_of<bool>(valid), lambda_of<void>(before), {}).was_unparked;
    }

    /** Wakes up to count that sleep there; how many. */
    unsigned unpark(const void* address, unsigned count) const { return unpark_(address, count); }

    /** WTF::Lock. Its fast paths are inline, as in WebKit. */
    using lock = std::atomic<uint8_t>;

    void acquire(lock& l) const {
        uint8_t expected = 0;
        if (!l.compare_exchange_weak(expected, held, std::memory_order_acquire)) lock_slow_(&l);
    }
    void release(lock& l) const {
        uint8_t expected = held;
        if (!l.compare_exchange_weak(expected, 0, std::memory_order_release)) unlock_slow_(&l);
    }

    /** WTF::Condition. Its paths are inline in WebKit too (Condition.h). */
    struct condition {
        std::atomic<bool> has_waiters{false};
    };

    void wait(condition& c, lock& l) const {
        park(
            &c.has_waiters,
            [&] {
                c.has_waiters.store(true);
                return true;
            },
            [&] { release(l); });
        acquire(l);
    }
    void notify_one(condition& c) const {
        if (!c.has_waiters.load()) return;
        const auto woken = [&](unpark_result result) -> intptr_t {
            if (!result.may_have_more) c.has_waiters.store(false);
            return 0;
        };
        unpark_one_(&c.has_waiters, lambda_of<intptr_t, unpark_result>(woken));
    }
    void notify_all(condition& c) const {
        if (!c.has_waiters.load()) return;
        c.has_waiters.store(false);
        unpark(&c.has_waiters, std::numeric_limits<unsigned>::max());
    }

  private:
    template <class R, class... Arguments>
    struct lambda {
        R (*call)(void*, Arguments...);
        void* argument;
    };
    template <class R, class... Arguments, class F>
    static lambda<R, Arguments...> lambda_of(const F& f) {
        return {[](void* self, Arguments... arguments) -> R {
                    return (*static_cast<const F*>(self))(arguments...);
                },
                const_cast<void*>(static_cast<const void*>(&f))};
    }
    struct unpark_result {
        bool did_unpark;
        bool may_have_more;
        bool time_to_be_fair;
    };
    struct park_result {
        bool was_unparked;
        intptr_t token;
    };
    struct time {
        static constexpr int monotonic = 1;

        double seconds = std::numeric_limits<double>::infinity();
        int clock = monotonic;
    };
    using park_function = park_result(const void*, const lambda<bool>&, const lambda<void>&,
                                      const time&);
    using unpark_function = unsigned(const void*, unsigned);
    using unpark_one_function = void(const void*, const lambda<intptr_t, unpark_result>&);
    using lock_function = void(lock*);
    static constexpr uint8_t held = 1;

    wtf();
    bool parks() const;
    bool locks() const;
    bool waits() const;

    std::string missing_;
    park_function* park_ = nullptr;
    unpark_function* unpark_ = nullptr;
    unpark_one_function* unpark_one_ = nullptr;
    lock_function* lock_slow_ = nullptr;
    lock_function* unlock_slow_ = nullptr;
};

}  // namespace futex2::bench
