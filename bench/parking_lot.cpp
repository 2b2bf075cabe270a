// SPDX-License-Identifier: MIT
#include "bench/parking_lot.hpp"

#include <dlfcn.h>
#include <fmt/format.h>

#include <atomic>
#include <thread>

namespace futex2::bench {
namespace {

constexpr const char* library = "libjavascriptcoregtk-4.1.so.0";
constexpr const char* park_name =
    "_ZN3WTF10ParkingLot21parkConditionallyImplEPKvRKNS_12ScopedLambdaIFbvEEERKNS3_IFvvEEE"
    "RKNS_24TimeWithDynamicClockTypeE";
constexpr const char* unpark_name = "_ZN3WTF10ParkingLot11unparkCountEPKvj";

}  // namespace

const parking_lot& parking_lot::instance() {
    static const parking_lot one;
    return one;
}

parking_lot::parking_lot() {
    void* const handle = dlopen(library, RTLD_NOW | RTLD_LOCAL);
    if (handle == nullptr) {
        missing_ = fmt::format("there is no {}", library);
        return;
    }
    park_ = reinterpret_cast<park_function*>(dlsym(handle, park_name));
    unpark_ = reinterpret_cast<unpark_function*>(dlsym(handle, unpark_name));
    if (park_ == nullptr || unpark_ == nullptr)
        missing_ = fmt::format("{} does not export WTF::ParkingLot", library);
    else if (!works())
        missing_ = fmt::format("the WTF::ParkingLot of {} is another than is declared", library);
}

// One park that is not valid, and one that is woken.
bool parking_lot::works() const {
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

}  // namespace futex2::bench
