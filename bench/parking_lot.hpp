// SPDX-License-Identifier: MIT
// WTF::ParkingLot, WebKit's: it has no headers in Debian, but libjavascriptcoregtk exports
// it. Declared here as its header has it (WebKit, Source/WTF/wtf/ParkingLot.h, ScopedLambda.h
// and TimeWithDynamicClockType.h), found at run time, and tried before it is used.
#pragma once

#include <cstdint>
#include <limits>
#include <string>

namespace futex2::bench {

class parking_lot {
  public:
    /** The one of this process. Loads the library at the first call. */
    static const parking_lot& instance();

    /** Why there is none; empty: there is one. */
    const std::string& missing() const { return missing_; }

    /** Sleeps if valid(), asked under the bucket's lock, until woken. False: it was not valid. */
    template <class F>
    bool park(const void* address, const F& valid) const {
        const lambda<bool> validation{[](void* f) { return (*static_cast<const F*>(f))(); },
                                      const_cast<void*>(static_cast<const void*>(&valid))};
        const lambda<void> before_sleep{[](void*) {}, nullptr};
        return park_(address, validation, before_sleep, {}).was_unparked;
    }

    /** Wakes up to count that sleep there; how many. */
    unsigned unpark(const void* address, unsigned count) const { return unpark_(address, count); }

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
        double seconds = std::numeric_limits<double>::infinity();
        int clock = monotonic;
        static constexpr int monotonic = 1;
    };
    using park_function = park_result(const void*, const lambda<bool>&, const lambda<void>&,
                                      const time&);
    using unpark_function = unsigned(const void*, unsigned);

    parking_lot();
    bool works() const;

    std::string missing_;
    park_function* park_ = nullptr;
    unpark_function* unpark_ = nullptr;
};

}  // namespace futex2::bench
