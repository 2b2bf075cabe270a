// SPDX-License-Identifier: MIT
#include "run/cancellation.hpp"

#include "platform/native.hpp"
#include "run/gate.hpp"

namespace futex2::run {
namespace {

using platform::native;
using platform::order;

constinit platform::native_atomic<trap_handler> libcs_handler;

// Of the calling thread.
struct state {
    platform::native_atomic<int> calls;  // trapped, one in a handler of the other's
    platform::native_atomic<bool> asked;
    siginfo_t information;
};

void on_cancellation(int signal, siginfo_t* information, void* context) {
    state& s = native::self<state>();
    if (s.calls.load(order::relaxed) == 0)
        return libcs_handler.load(order::relaxed)(signal, information, context);
    s.information = *information;
    s.asked.store(true, order::relaxed);
    auto& place = static_cast<ucontext_t*>(context)->uc_mcontext.gregs[REG_RIP];
    place = static_cast<greg_t>(abandon_wait(static_cast<uintptr_t>(place)));
}

}  // namespace

trap_handler take_cancellation(trap_handler libcs) {
    libcs_handler.store(libcs, order::relaxed);
    return on_cancellation;
}

void enter_call() {
    auto& calls = native::self<state>().calls;
    calls.store(calls.load(order::relaxed) + 1, order::relaxed);
    native::signal_fence();
}

void leave_call(void* context) {
    state& s = native::self<state>();
    native::signal_fence();
    const int left = s.calls.load(order::relaxed) - 1;
    s.calls.store(left, order::relaxed);
    native::signal_fence();
    if (left > 0 || !s.asked.load(order::relaxed)) return;
    s.asked.store(false, order::relaxed);
    take_back();
    libcs_handler.load(order::relaxed)(cancellation_signal, &s.information, context);
}

}  // namespace futex2::run
