// SPDX-License-Identifier: MIT
// The program's signal calls while --trap needs SIGSYS: it is never blocked and has one
// handler, whatever the program asks for. A thread that makes a trapped call while SIGSYS is
// blocked is killed; and libc blocks all signals where it creates threads, and calls futex.
#pragma once

#include <signal.h>
#include <ucontext.h>

#include "run/call.hpp"
#include "run/sigsys_action.hpp"

namespace futex2::run {

/**
 * Makes it the handler of SIGSYS, and unblocks SIGSYS; the program believes to have the action
 * that was there, or to ignore it. 0 or a negative errno.
 */
int take_sigsys(trap_handler handler, bool ignored);

/** Does what the program meant by a SIGSYS that is none of ours. */
void forward_sigsys(int signal, siginfo_t* information, void* context);

/** The calls, each without SIGSYS in its set; `context` is the caller's. */
long set_action(const call& c);
long set_mask(const call& c, ucontext_t& context);
long wait_with_mask(const call& c);

}  // namespace futex2::run
