// SPDX-License-Identifier: MIT
#include "run/trap.hpp"

#include "platform/native.hpp"
#include "run/answer.hpp"
#include "run/cancellation.hpp"
#include "run/environment.hpp"
#include "run/execution.hpp"
#include "run/filter.hpp"
#include "run/gate.hpp"
#include "run/options.hpp"
#include "run/signals.hpp"

namespace futex2::run {
namespace {

constexpr int sys_seccomp = 1;  // si_code: SYS_SECCOMP, which glibc lacks

call call_at(const siginfo_t& information, const ucontext_t& context) {
    const auto& in = context.uc_mcontext.gregs;
    return {information.si_syscall,
            {in[REG_RDI], in[REG_RSI], in[REG_RDX], in[REG_R10], in[REG_R8], in[REG_R9]}};
}

// A cancellation that comes meanwhile ends the thread when the call has left its queue.
long answer_interruptibly(const call& c, ucontext_t& context) {
    enter_call();
    const long result = answer(c);
    leave_call(&context);
    return result;
}

long perform(const call& c, ucontext_t& context) {
    switch (c.number) {
        case SYS_rt_sigaction:
            return set_action(c);
        case SYS_rt_sigprocmask:
            return set_mask(c, context);
        case SYS_execve:
        case SYS_execveat:
            return execute(c);
        case nr_futex:
        case nr_waitv:
        case nr_wake:
        case nr_wait:
        case nr_requeue:
            return answer_interruptibly(c, context);
        default:
            return wait_with_mask(c);
    }
}

// Runs as if the program had called it at that place: on the program's stack, and with the
// signals blocked that the program has blocked.
void on_sigsys(int signal, siginfo_t* information, void* memory) {
    auto& context = *static_cast<ucontext_t*>(memory);
    if (information->si_code != sys_seccomp || information->si_errno != trap_number)
        return forward_sigsys(signal, information, memory);
    context.uc_mcontext.gregs[REG_RAX] = perform(call_at(*information, context), context);
}

}  // namespace

bool is_trapped() {
    return filter_is_in_force();
}

int begin_trap(char** environment) {
    if (!keep_environment(environment)) return -ENAMETOOLONG;
    platform::futex_entry = enter_kernel;
    if (const int error = take_sigsys(on_sigsys, chosen.ignores_sigsys); error != 0) return error;
    return is_trapped() ? 0 : install_filter();
}

}  // namespace futex2::run
