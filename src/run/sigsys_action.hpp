// SPDX-License-Identifier: MIT
// What the program believes to be its action for SIGSYS, which --trap has taken. As with the
// kernel's own, threads set it at once, handlers see it whole, and a forked child has its own.
#pragma once

#include <signal.h>
#include <stdint.h>

namespace futex2::run {

using trap_handler = void (*)(int signal, siginfo_t* information, void* context);

// As the kernel has them: arch/x86/include/uapi/asm/signal.h.
using signal_set = uint64_t;
struct kernel_action {
    trap_handler handler;
    unsigned long flags;
    void (*restorer)();
    signal_set mask;
};
inline constexpr long bytes_of_set = sizeof(signal_set);

inline bool is_ignoring(trap_handler handler) {
    return reinterpret_cast<uintptr_t>(handler) == reinterpret_cast<uintptr_t>(SIG_IGN);
}

/** Before the program has threads. False: no memory. */
bool begin_sigsys_action(const kernel_action& first);

kernel_action sigsys_action();
bool ignores_sigsys();

/**
 * Returns the one before. A child that shares this memory (vfork, posix_spawn) would have an action
 * of its own, and only until its exec: it changes nothing.
 */
kernel_action exchange_sigsys_action(const kernel_action& action);

}  // namespace futex2::run
