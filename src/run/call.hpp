// SPDX-License-Identifier: MIT
// A program's system call, as its registers say, and which of the futex calls it is.
#pragma once

#include <futex2/futex2.h>
#include <linux/futex.h>

#include "platform/system_call.hpp"

namespace futex2::run {

struct call {
    long number;
    long argument[6];

    // As the kernel takes them: only a full register's lower half is an int.
    unsigned u32(int i) const { return static_cast<unsigned>(argument[i]); }
    int i32(int i) const { return static_cast<int>(argument[i]); }
    uint64_t u64(int i) const { return static_cast<uint64_t>(argument[i]); }
    template <class T>
    T* pointer(int i) const {
        return reinterpret_cast<T*>(argument[i]);
    }
};

inline constexpr long nr_futex = SYS_futex;
inline constexpr long nr_waitv = platform::sys_futex_waitv;
inline constexpr long nr_wake = platform::sys_futex_wake;
inline constexpr long nr_wait = platform::sys_futex_wait;
inline constexpr long nr_requeue = platform::sys_futex_requeue;

constexpr bool is_futex_call(long number) {
    return number == nr_futex || number == nr_waitv || (number >= nr_wake && number <= nr_requeue);
}

// What a call asks of this library. Those behind `requeue` are the old futex(2)'s.
enum class operation : unsigned char {
    left_to_kernel,
    wait,
    wake,
    waitv,
    requeue,
    old_wait,
    old_wake,
    old_requeue,
    old_cmp_requeue,
    old_wake_op,
    old_wait_bitset,
    old_wake_bitset,
};
inline constexpr int operations = 12;

inline constexpr const char* operation_name[operations] = {
    "left to the kernel", "futex_wait",    "futex_wake",        "futex_waitv",
    "futex_requeue",      "FUTEX_WAIT",    "FUTEX_WAKE",        "FUTEX_REQUEUE",
    "FUTEX_CMP_REQUEUE",  "FUTEX_WAKE_OP", "FUTEX_WAIT_BITSET", "FUTEX_WAKE_BITSET",
};

// Of futex(2). Words that processes share are the kernel's, where the library's calls meet them.
// Priority inheritance is the kernel's, too, and so is the answer to what no kernel knows, and to
// CLOCK_REALTIME where it has no meaning.
constexpr operation old_operation(unsigned op) {
    if ((op & FUTEX_PRIVATE_FLAG) == 0) return operation::left_to_kernel;
    switch (op & ~unsigned{FUTEX_PRIVATE_FLAG}) {
        case FUTEX_WAIT:
            return operation::old_wait;
        case FUTEX_WAKE:
            return operation::old_wake;
        case FUTEX_REQUEUE:
            return operation::old_requeue;
        case FUTEX_CMP_REQUEUE:
            return operation::old_cmp_requeue;
        case FUTEX_WAKE_OP:
            return operation::old_wake_op;
        case FUTEX_WAIT_BITSET:
        case FUTEX_WAIT_BITSET | FUTEX_CLOCK_REALTIME:
            return operation::old_wait_bitset;
        case FUTEX_WAKE_BITSET:
            return operation::old_wake_bitset;
        default:
            return operation::left_to_kernel;
    }
}

}  // namespace futex2::run
