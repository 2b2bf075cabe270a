// SPDX-License-Identifier: MIT
// pthread_cancel() of a thread whose wait in libc has been trapped.
//
// Around such a wait libc lets the signal of a cancellation end the thread at once, wherever
// it is: it would leave its entry in a queue. So that signal's handler is ours while a thread
// is in this library: the wait is abandoned and leaves its queue, and then libc's handler runs,
// as if the signal had come at the trapped call.
#pragma once

#include "run/signals.hpp"

namespace futex2::run {

inline constexpr int cancellation_signal = 32;  // glibc's SIGCANCEL

/** Keeps libc's handler of that signal; returns the one to install. */
trap_handler take_cancellation(trap_handler libcs);

/** The time of a trapped call. Behind it libc's handler may not return. */
void enter_call();
void leave_call(void* context);

}  // namespace futex2::run
