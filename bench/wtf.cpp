// SPDX-License-Identifier: MIT
#include "bench/wtf.hpp"

#include <dlfcn.h>
#include <fmt/core.h>

#include <thread>

namespace futex2::bench {
namespace {

constexpr const char* library = "libjavascriptcoregtk-4.1.so.0";

// Whether the library exports the name.
template <class Function>
bool find(void* handle, const char* name, Function*& found) {
    found = reinterpret_cast<Function*>(dlsym(handle, name));
    return found != nullptr;
}

}  // namespace

const wtf& wtf::instance() {
    static const wtf one;
    return one;
}

wtf::wtf() {
    void* const handle = dlopen(library, RTLD_NOW | RTLD_LOCAL);
    if (handle == nullptr)
        missing_ = fmt::format("there is no {}", library);
    else if (!find(handle,
                   "_ZN3WTF10ParkingLot21parkConditionallyImplEPKvRKNS_12ScopedLambdaIFbvEEERKNS3_"
                   "IFvvEEERKNS_24TimeWithDynamicClockTypeE",
                   park_) ||
             !find(handle, "_ZN3WTF10ParkingLot11unparkCountEPKvj", unpark_) ||
             !find(handle,
                   "_ZN3WTF10ParkingLot13unparkOneImplEPKvRKNS_12ScopedLambdaIFlNS0_"
                   "12UnparkResultEEEE",
                   unpark_one_) ||
             !find(handle, "_ZN3WTF4Lock8lockSlowEv", lock_slow_) ||
             !find(handle, "_ZN3WTF4Lock10unlockSlowEv", unlock_slow_))
        missing_ = fmt::format("{} does not export WTF's locks", library);
    else if (!parks() || !locks() || !waits())
        missing_ = fmt::format("{} has other locks than are declared", library);
}

// A park that is not valid, and one that is woken.
bool wtf::parks() const {
    const int there = 0;
    if (park(&there, [] { return false; })) return false;
    bool woken = false;
    std::atomic<bool> over{false};
    std::thread sleeper([&] {
        woken = park(&there, [] { return true; });
        over = true;
    });
    unsigned count = 0;
    while (count == 0 && !over) count = unpark(&there, 1);
    sleeper.join();
    return woken && count == 1 && unpark(&there, 1) == 0;
}

// A lock that somebody else has, and one that nobody has.
bool wtf::locks() const {
    lock one{0};
    int entered = 0;
    acquire(one);
    std::thread other([&] {
        acquire(one);
        ++entered;
        release(one);
    });
    const bool excluded = entered == 0;
    release(one);
    other.join();
    acquire(one);
    release(one);
    return excluded && entered == 1;
}

// A thread that waits until it is told, by a notify of one and by one of all.
bool wtf::waits() const {
    lock one{0};
    condition changed;
    int told = 0;
    int seen = 0;
    std::thread other([&] {
        acquire(one);
        while (seen < 2) {
            while (told == seen) wait(changed, one);
            seen = told;
            notify_all(changed);
        }
        release(one);
    });
    acquire(one);
    for (const auto notify : {&wtf::notify_one, &wtf::notify_all}) {
        ++told;
        (this->*notify)(changed);
        while (seen != told) wait(changed, one);
    }
    release(one);
    other.join();
    return seen == 2 && !changed.has_waiters.load();
}

}  // namespace futex2::bench
