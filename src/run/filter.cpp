// SPDX-License-Identifier: MIT
#include "run/filter.hpp"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <sys/prctl.h>

#include "run/marker.hpp"

namespace futex2::run {
namespace {

constexpr long sys_clone3 = 435;            // Linux 5.3
constexpr uint32_t set_user_dispatch = 59;  // PR_SET_SYSCALL_USER_DISPATCH, Linux 5.11

constexpr uint32_t allow = SECCOMP_RET_ALLOW;
constexpr uint32_t trap = SECCOMP_RET_TRAP | trap_number;
constexpr uint32_t no_such_call = SECCOMP_RET_ERRNO | ENOSYS;
constexpr uint32_t no_such_option = SECCOMP_RET_ERRNO | EINVAL;

// Asked of rt_sigprocmask(2) with no set of signals, where it does nothing: the kernel answers 0,
// this filter with an error that the kernel does not have. Others' filters allow the call, or they
// allow no program.
constexpr uint32_t question = mark;
constexpr uint32_t filters_error = 0xf2;

// A filter as it is put together; everything is known when this file is compiled.
struct instructions {
    static constexpr unsigned most = 160;
    sock_filter code[most] = {};
    unsigned length = 0;

    constexpr void add(uint32_t what, uint32_t k, unsigned if_true = 0, unsigned if_false = 0) {
        code[length++] = {static_cast<uint16_t>(what), static_cast<uint8_t>(if_true),
                          static_cast<uint8_t>(if_false), k};
    }
    constexpr void load(size_t offset) {
        add(BPF_LD | BPF_W | BPF_ABS, static_cast<uint32_t>(offset));
    }
    constexpr void load_low(int argument) { load(place_of(argument)); }
    constexpr void load_high(int argument) { load(place_of(argument) + 4); }
    constexpr void answer(uint32_t action) { add(BPF_RET | BPF_K, action); }
    // Else goes on behind so many instructions.
    constexpr void expect(uint32_t value, unsigned skipped) {
        add(BPF_JMP | BPF_JEQ | BPF_K, value, 0, skipped);
    }
    constexpr void answer_if(uint32_t value, uint32_t action) {
        expect(value, 1);
        answer(action);
    }
    constexpr void allow_if_marked(long number) {
        load_high(marked_argument(number));
        answer_if(mark, allow);
    }
    constexpr void allow_if_null(int argument) {
        load_low(argument);
        expect(0, 3);
        load_high(argument);
        answer_if(0, allow);
    }
    constexpr void append(const instructions& others) {
        for (unsigned i = 0; i < others.length; ++i) code[length++] = others.code[i];
    }

  private:
    // Little-endian, as the machines with these numbers are.
    static constexpr size_t place_of(int argument) {
        return offsetof(seccomp_data, args) + 8 * static_cast<size_t>(argument);
    }
};

template <class F>
constexpr void on(instructions& all, long number, F rules) {
    instructions of_number;
    rules(of_number);
    all.expect(static_cast<uint32_t>(number), of_number.length);
    all.append(of_number);
}

// A call that is trapped whatever its arguments are, but for the mark.
constexpr void trap_all(instructions& all, long number) {
    on(all, number, [&](instructions& of) {
        if (marked_argument(number) >= 0) of.allow_if_marked(number);
        of.answer(trap);
    });
}

// A call that can block SIGSYS while it waits, by a set of signals in this argument.
constexpr void trap_with_set(instructions& all, long number, int set) {
    on(all, number, [&](instructions& of) {
        of.allow_if_marked(number);
        of.allow_if_null(set);
        of.answer(trap);
    });
}

// Of futex(2) the operations that are this library's.
constexpr void on_old_futex(instructions& of) {
    of.allow_if_marked(nr_futex);
    of.load_low(1);
    for (unsigned op = 0; op < 2 * FUTEX_CLOCK_REALTIME; ++op)
        if (old_operation(op) != operation::left_to_kernel) of.answer_if(op, trap);
    of.answer(allow);
}

constexpr void on_sigaction(instructions& of) {
    of.allow_if_marked(SYS_rt_sigaction);
    of.load_low(0);
    of.answer_if(SIGSYS, trap);
    of.allow_if_null(1);
    of.answer(trap);
}

constexpr void on_sigprocmask(instructions& of) {
    of.allow_if_marked(SYS_rt_sigprocmask);
    of.load_low(0);
    of.answer_if(question, SECCOMP_RET_ERRNO | filters_error);
    of.answer_if(SIG_UNBLOCK, allow);
    of.allow_if_null(1);
    of.answer(trap);
}

constexpr instructions put_together() {
    instructions all;
    all.load(offsetof(seccomp_data, arch));
    all.expect(AUDIT_ARCH_X86_64, 1);  // others have other numbers
    all.add(BPF_JMP | BPF_JA, 1);
    all.answer(allow);
    all.load(offsetof(seccomp_data, nr));
    on(all, nr_futex, on_old_futex);
    trap_all(all, nr_waitv);
    trap_all(all, nr_wake);
    trap_all(all, nr_wait);
    trap_all(all, nr_requeue);
    on(all, SYS_rt_sigaction, on_sigaction);
    on(all, SYS_rt_sigprocmask, on_sigprocmask);
    trap_all(all, SYS_rt_sigsuspend);
    trap_with_set(all, SYS_ppoll, 3);
    trap_with_set(all, SYS_pselect6, 5);
    trap_with_set(all, SYS_epoll_pwait, 4);
    trap_with_set(all, sys_epoll_pwait2, 4);
    trap_all(all, SYS_execve);
    trap_all(all, SYS_execveat);
    // CLONE_CLEAR_SIGHAND would leave a child, which shares this memory, without the handler.
    on(all, sys_clone3, [](instructions& of) { of.answer(no_such_call); });
    // Its SIGSYS would come again where the handler here returns: outside of the code that such a
    // program leaves undispatched.
    on(all, SYS_prctl, [](instructions& of) {
        of.load_low(0);
        of.answer_if(set_user_dispatch, no_such_option);
        of.answer(allow);
    });
    all.answer(allow);
    return all;
}

constexpr instructions filter = put_together();
static_assert(filter.length < instructions::most);

}  // namespace

int install_filter() {
    sock_fprog program{static_cast<unsigned short>(filter.length),
                       const_cast<sock_filter*>(filter.code)};
    // Else a filter is for privileged processes.
    long error = platform::system_call(SYS_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    if (error == 0)
        error = platform::system_call(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program);
    return static_cast<int>(error);
}

bool filter_is_in_force() {
    const long answer =
        platform::system_call(SYS_rt_sigprocmask, question, nullptr, nullptr, sizeof(uint64_t));
    return answer == -long{filters_error};
}

}  // namespace futex2::run
