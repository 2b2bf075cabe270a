// SPDX-License-Identifier: MIT
#include "run/gate.hpp"

#include "platform/native.hpp"
#include "run/marker.hpp"

// A flag that is looked at before the call is not enough: the signal may come between the look
// and the sleep. So its handler looks where the thread was: from the look on to the call, or at it,
// to where the kernel sends back a thread whose call it will restart, the thread goes on at
// the end instead.
extern "C" {
long futex2_run_gate_(long number, long a, long b, long c, long d, long e, long f,
                      const int* abandoned);
extern const char futex2_run_gate_look_[], futex2_run_gate_past_[], futex2_run_gate_abandoned_[];
}

__asm__(
    ".pushsection .text\n"
    ".hidden futex2_run_gate_, futex2_run_gate_look_\n"
    ".hidden futex2_run_gate_past_, futex2_run_gate_abandoned_\n"
    ".globl futex2_run_gate_, futex2_run_gate_look_\n"
    ".globl futex2_run_gate_past_, futex2_run_gate_abandoned_\n"
    ".type futex2_run_gate_, @function\n"
    "futex2_run_gate_:\n"
    "    .cfi_startproc\n"
    "    mov %rdi, %rax\n"
    "    mov %rsi, %rdi\n"
    "    mov %rdx, %rsi\n"
    "    mov %rcx, %rdx\n"
    "    mov %r8, %r10\n"
    "    mov %r9, %r8\n"
    "    mov 8(%rsp), %r9\n"
    "    mov 16(%rsp), %r11\n"
    "futex2_run_gate_look_:\n"
    "    cmpl $0, (%r11)\n"
    "    jne futex2_run_gate_abandoned_\n"
    "    syscall\n"
    "futex2_run_gate_past_:\n"
    "    ret\n"
    "futex2_run_gate_abandoned_:\n"
    "    mov $-4, %rax\n"  // -EINTR
    "    ret\n"
    "    .cfi_endproc\n"
    ".size futex2_run_gate_, . - futex2_run_gate_\n"
    ".popsection\n");

namespace futex2::run {
namespace {

// Of the calling thread: its waits are abandoned.
struct abandonment {
    int flag;
};

bool is_wait(const call& c) {
    if (c.number != nr_futex) return c.number == nr_wait || c.number == nr_waitv;
    const unsigned command = c.u32(1) & static_cast<unsigned>(FUTEX_CMD_MASK);
    return command == FUTEX_WAIT || command == FUTEX_WAIT_BITSET;
}

uintptr_t address_of(const char* place) {
    return reinterpret_cast<uintptr_t>(place);
}

}  // namespace

long enter_kernel(long number, long a, long b, long c, long d, long e, long f) {
    const call its = with_mark({number, {a, b, c, d, e, f}});
    const long* in = its.argument;
    if (!is_wait(its))
        return platform::call_kernel(number, in[0], in[1], in[2], in[3], in[4], in[5]);
    return futex2_run_gate_(number, in[0], in[1], in[2], in[3], in[4], in[5],
                            &platform::native::self<abandonment>().flag);
}

uintptr_t abandon_wait(uintptr_t interrupted_at) {
    platform::native::self<abandonment>().flag = 1;
    const bool before_the_sleep = interrupted_at >= address_of(futex2_run_gate_look_) &&
                                  interrupted_at < address_of(futex2_run_gate_past_);
    return before_the_sleep ? address_of(futex2_run_gate_abandoned_) : interrupted_at;
}

void take_back() {
    platform::native::self<abandonment>().flag = 0;
}

}  // namespace futex2::run
