// SPDX-License-Identifier: MIT
// Which of the kernel's futex calls the library uses for words that processes share.
//
// The kernel is asked when the first such word is used, by calls that change nothing, of any
// thread or signal handler. futex(2) is part of every kernel.
#pragma once

#include <errno.h>

#include "platform/atomic.hpp"

namespace futex2::kernel {

// A set of calls, a bit each.
using features = uint32_t;
inline constexpr features waitv_call = 1;    // futex_waitv, Linux 5.16
inline constexpr features futex2_calls = 2;  // futex_wake, futex_wait, futex_requeue, Linux 6.7

// The library uses no others from now on, whatever the kernel offers.
void allow(features those);

// What is offered and allowed, and a bit that says that this is known; 0: not known yet.
[[gnu::visibility("hidden")]] extern constinit platform::native_atomic<uint32_t> usable_;
uint32_t ask_for_features();

inline bool may_use(features call) {
    // Relaxed: all who ask get the same answer.
    uint32_t known = usable_.load(platform::order::relaxed);
    if (known == 0) [[unlikely]]
        known = ask_for_features();
    return (known & call) != 0;
}

// Such an answer comes of a filter that was set later: no futex call means it. The call is
// not made again.
inline bool is_refused(features call, long answer) {
    if (answer != -ENOSYS && answer != -EPERM) [[likely]]
        return false;
    usable_.fetch_and(~call, platform::order::relaxed);
    return true;
}

}  // namespace futex2::kernel
