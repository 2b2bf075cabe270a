// SPDX-License-Identifier: MIT
// How the filter of --trap tells this library's own system calls from the program's.
//
// Of an argument that is an int the kernel looks at the lower half of the register; a filter
// sees all of it. So this library's calls carry a mark in the upper half. The filter outlives
// an exec, and the mark with it: there is no address to agree about.
#pragma once

#include <stdint.h>

#include "run/call.hpp"

namespace futex2::run {

inline constexpr long sys_epoll_pwait2 = 441;  // Linux 5.11
inline constexpr uint32_t mark = 0x66757432;

// The argument that carries it: one that is an int; -1 where there is none.
constexpr int marked_argument(long number) {
    switch (number) {
        case nr_futex:
        case nr_waitv:
        case nr_requeue:
        case SYS_ppoll:
            return 1;
        case nr_wait:
        case nr_wake:
            return 3;
        case SYS_rt_sigaction:
        case SYS_rt_sigprocmask:
        case SYS_pselect6:
        case SYS_epoll_pwait:
        case sys_epoll_pwait2:
        case SYS_execveat:
            return 0;
        default:
            return -1;
    }
}

constexpr call with_mark(call c) {
    if (const int i = marked_argument(c.number); i >= 0)
        c.argument[i] = static_cast<long>(c.u32(i) | uint64_t{mark} << 32);
    return c;
}

}  // namespace futex2::run
