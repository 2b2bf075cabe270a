// SPDX-License-Identifier: MIT
#include "run/signals.hpp"

#include <errno.h>
#include <poll.h>

#include "run/cancellation.hpp"
#include "run/kernel_call.hpp"

// The end of a signal handler. Unwinders know it by these very bytes (libgcc's
// x86_64_fallback_frame_state).
extern "C" void futex2_run_restorer_();
__asm__(
    ".pushsection .text\n"
    ".hidden futex2_run_restorer_\n"
    ".globl futex2_run_restorer_\n"
    ".type futex2_run_restorer_, @function\n"
    "    nop\n"  // they look one byte before it
    "futex2_run_restorer_:\n"
    "    mov $15, %rax\n"  // rt_sigreturn
    "    syscall\n"
    ".size futex2_run_restorer_, . - futex2_run_restorer_\n"
    ".popsection\n");

namespace futex2::run {
namespace {

constexpr unsigned long sa_restorer = 0x04000000;

constexpr signal_set only(int signal) {
    return signal_set{1} << (signal - 1);
}
constexpr signal_set without_sigsys(signal_set set) {
    return set & ~only(SIGSYS);
}

bool is_function(trap_handler handler) {
    return reinterpret_cast<uintptr_t>(handler) != reinterpret_cast<uintptr_t>(SIG_DFL) &&
           !is_ignoring(handler);
}

long set_sigsys_action(const kernel_action* action, kernel_action* old) {
    // The program's memory is looked at where nothing is locked.
    const kernel_action before =
        action == nullptr ? sigsys_action() : exchange_sigsys_action(kernel_action(*action));
    if (old != nullptr) *old = before;
    return 0;
}

}  // namespace

int take_sigsys(trap_handler handler, bool ignored) {
    // Its own calls are trapped, too; no handler of the program's may be kept from running.
    const kernel_action action{handler, SA_SIGINFO | SA_NODEFER | SA_RESTART | sa_restorer,
                               futex2_run_restorer_, 0};
    kernel_action programs;
    long error = kernel_call(SYS_rt_sigaction, SIGSYS, &action, &programs, bytes_of_set);
    if (ignored)
        programs.handler = reinterpret_cast<trap_handler>(reinterpret_cast<uintptr_t>(SIG_IGN));
    if (error == 0 && !begin_sigsys_action(programs)) error = -ENOMEM;
    const signal_set set = only(SIGSYS);
    if (error == 0)
        error = kernel_call(SYS_rt_sigprocmask, SIG_UNBLOCK, &set, nullptr, bytes_of_set);
    return static_cast<int>(error);
}

void forward_sigsys(int signal, siginfo_t* information, void* context) {
    const kernel_action action = sigsys_action();
    if (is_function(action.handler)) return action.handler(signal, information, context);
    if (is_ignoring(action.handler)) return;
    const kernel_action by_default{};
    kernel_call(SYS_rt_sigaction, SIGSYS, &by_default, nullptr, bytes_of_set);
    kernel_call(SYS_tgkill, kernel_call(SYS_getpid), kernel_call(SYS_gettid), SIGSYS);
}

long set_action(const call& c) {
    const auto* action = c.pointer<const kernel_action>(1);
    auto* old = c.pointer<kernel_action>(2);
    if (c.argument[3] != bytes_of_set) return -EINVAL;
    if (c.i32(0) == SIGSYS) return set_sigsys_action(action, old);
    kernel_action changed = *action;
    changed.mask = without_sigsys(changed.mask);
    if (c.i32(0) == cancellation_signal && is_function(changed.handler))
        changed.handler = take_cancellation(changed.handler);
    return kernel_call(SYS_rt_sigaction, c.i32(0), &changed, old, bytes_of_set);
}

// The set of the interrupted thread comes into force when the trap's handler returns; the
// call itself tells the old one, and lets those signals in that are no longer blocked.
long set_mask(const call& c, ucontext_t& context) {
    if (c.argument[3] != bytes_of_set) return -EINVAL;
    const signal_set set = without_sigsys(*c.pointer<const signal_set>(1));
    const long result =
        kernel_call(SYS_rt_sigprocmask, c.i32(0), &set, c.pointer<void>(2), bytes_of_set);
    if (result != 0) return result;
    auto& blocked = reinterpret_cast<signal_set&>(context.uc_sigmask);
    blocked = c.i32(0) == SIG_BLOCK ? blocked | set : set;
    return 0;
}

namespace {

// pselect(2)'s sixth argument.
struct set_and_size {
    const signal_set* set;
    unsigned long bytes;
};

// Where a waiting call has its set, and that set's size behind it.
int set_argument(long number) {
    return number == SYS_ppoll ? 3 : 4;
}

long pselect(call c) {
    set_and_size its = *c.pointer<const set_and_size>(5);
    signal_set set;
    if (its.set != nullptr && its.bytes == bytes_of_set) {
        set = without_sigsys(*its.set);
        its.set = &set;
    }
    c.argument[5] = reinterpret_cast<long>(&its);
    return kernel_call(c);
}

// To wait for no file, without an end.
long sigsuspend(const call& c) {
    if (c.argument[1] != bytes_of_set) return -EINVAL;
    const signal_set set = without_sigsys(*c.pointer<const signal_set>(0));
    return kernel_call(SYS_ppoll, nullptr, 0, nullptr, &set, bytes_of_set);
}

}  // namespace

long wait_with_mask(const call& c) {
    if (c.number == SYS_rt_sigsuspend) return sigsuspend(c);
    if (c.number == SYS_pselect6) return pselect(c);
    const int argument = set_argument(c.number);
    if (c.argument[argument + 1] != bytes_of_set) return -EINVAL;
    const signal_set set = without_sigsys(*c.pointer<const signal_set>(argument));
    call changed = c;
    changed.argument[argument] = reinterpret_cast<long>(&set);
    return kernel_call(changed);
}

}  // namespace futex2::run
