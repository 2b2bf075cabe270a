// SPDX-License-Identifier: MIT
// System calls that answer a negative errno and leave errno alone.
#pragma once

#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace futex2::platform {

// Numbers are the same on every architecture that futex2 runs on
// (asm-generic/unistd.h, arch/x86/entry/syscalls/syscall_64.tbl).
inline constexpr long sys_futex_waitv = 449;
inline constexpr long sys_futex_wake = 454;
inline constexpr long sys_futex_wait = 455;
inline constexpr long sys_futex_requeue = 456;

template <class... A>
long system_call(long number, A... arguments) {
    const int saved = errno;
    long result = ::syscall(number, arguments...);
    if (result == -1) {
        result = -errno;
        errno = saved;
    }
    return result;
}

}  // namespace futex2::platform
