// SPDX-License-Identifier: MIT
// System calls that answer a negative errno and leave errno alone.
//
// By the instruction itself: a program may have put a syscall() of its own in place of
// libc's (as src/run does), which would then call this library, which would call it.
#pragma once

#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <type_traits>

namespace futex2::platform {

// Numbers are the same on every architecture that futex2 runs on
// (asm-generic/unistd.h, arch/x86/entry/syscalls/syscall_64.tbl).
inline constexpr long sys_futex_waitv = 449;
inline constexpr long sys_futex_wake = 454;
inline constexpr long sys_futex_wait = 455;
inline constexpr long sys_futex_requeue = 456;

// Full registers, as the kernel finds them.
inline long call_kernel(long number, long a, long b, long c, long d, long e, long f) {
#if defined(__x86_64__)
    long result;
    register long fourth __asm__("r10") = d;
    register long fifth __asm__("r8") = e;
    register long sixth __asm__("r9") = f;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "0"(number), "D"(a), "S"(b), "d"(c), "r"(fourth), "r"(fifth), "r"(sixth)
                     : "rcx", "r11", "memory");
    return result;
#elif defined(__aarch64__)
    register long x8 __asm__("x8") = number;
    register long x0 __asm__("x0") = a;
    register long x1 __asm__("x1") = b;
    register long x2 __asm__("x2") = c;
    register long x3 __asm__("x3") = d;
    register long x4 __asm__("x4") = e;
    register long x5 __asm__("x5") = f;
    __asm__ volatile("svc #0"
                     : "+r"(x0)
                     : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5)
                     : "memory");
    return x0;
#else
    const int saved = errno;
    const long result = ::syscall(number, a, b, c, d, e, f);
    const long answer = result == -1 ? -static_cast<long>(errno) : result;
    errno = saved;
    return answer;
#endif
}

// The way of this library's futex calls into the kernel where src/run must tell them from the
// program's; else none. Written before there is a second thread.
using kernel_entry = long (*)(long number, long a, long b, long c, long d, long e, long f);
[[gnu::visibility("hidden")]] extern constinit kernel_entry futex_entry;

template <class T>
long in_register(T argument) {
    if constexpr (std::is_null_pointer_v<T>)
        return 0;
    else if constexpr (std::is_pointer_v<T>)
        return reinterpret_cast<long>(argument);
    else
        return static_cast<long>(argument);
}

template <class... A>
long system_call(long number, A... arguments) {
    static_assert(sizeof...(A) <= 6);
    const long all[7] = {in_register(arguments)...};
    return call_kernel(number, all[0], all[1], all[2], all[3], all[4], all[5]);
}

// The same for futex calls. In line: behind a system call some CPUs mispredict each return
// (docs/benchmarks.md, Words that processes share).
template <class... A>
[[gnu::always_inline]] inline long futex_call(long number, A... arguments) {
    static_assert(sizeof...(A) <= 6);
    const long all[7] = {in_register(arguments)...};
    if (const kernel_entry enter = futex_entry; enter != nullptr) [[unlikely]]
        return enter(number, all[0], all[1], all[2], all[3], all[4], all[5]);
    return call_kernel(number, all[0], all[1], all[2], all[3], all[4], all[5]);
}

}  // namespace futex2::platform
