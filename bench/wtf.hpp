// SPDX-License-Identifier: MIT
// WebKit's WTF::ParkingLot and WTF::Lock. They have no headers in Debian, but
// libjavascriptcoregtk exports them. Declared here as their headers have them (WebKit,
// Source/WTF/wtf: ParkingLot.h, ScopedLambda.h, TimeWithDynamicClockType.h, Lock.h,
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
        const lambda<bool> validation{[](void* f) { return (*static_cast<const F*>(f))(); },
                                      const_cast<void*>(static_cast<const void*>(&valid))};
        const lambda<void> before_sleep{[](void*) {}, nullptr};
        return park_(address, validation, before_sleep, {}).was_unparked;
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

  private:
    template <class R>
    struct lambda {
        R (*call)(void*);
        void* argument;
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
    using lock_function = void(lock*);
    static constexpr uint8_t held = 1;

    wtf();
    bool parks() const;
    bool locks() const;

    std::string missing_;
    park_function* park_ = nullptr;
    unpark_function* unpark_ = nullptr;
    lock_function* lock_slow_ = nullptr;
    lock_function* unlock_slow_ = nullptr;
};

}  // namespace futex2::bench
