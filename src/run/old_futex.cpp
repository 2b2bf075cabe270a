// SPDX-License-Identifier: MIT
#include "run/old_futex.hpp"

#include <limits.h>

#include "run/as_kernel.hpp"
#include "run/words.hpp"

namespace futex2::run {
namespace {

constexpr unsigned kind = FUTEX2_SIZE_U32 | FUTEX2_PRIVATE;
constexpr long nanoseconds = 1'000'000'000;

bool is_normal(const timespec& t) {
    return t.tv_sec >= 0 && t.tv_nsec >= 0 && t.tv_nsec < nanoseconds;
}

// As far as a timespec goes, where it goes beyond.
timespec from_now(const timespec& timeout) {
    timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    t.tv_nsec += timeout.tv_nsec;
    const long carry = t.tv_nsec >= nanoseconds ? 1 : 0;
    t.tv_nsec -= carry * nanoseconds;
    if (__builtin_add_overflow(t.tv_sec + carry, timeout.tv_sec, &t.tv_sec))
        t = {LONG_MAX, nanoseconds - 1};
    return t;
}

// FUTEX_WAIT: the one operation whose timeout is relative.
long wait_relative(const call& c) {
    void* word = c.pointer<void>(0);
    const auto* timeout = c.pointer<const timespec>(3);
    if (timeout == nullptr)
        return wait(word, c.u32(2), FUTEX_BITSET_MATCH_ANY, kind, nullptr, CLOCK_MONOTONIC);
    if (!readable(timeout, sizeof *timeout)) return -EFAULT;
    if (!is_normal(*timeout)) return -EINVAL;
    const timespec deadline = from_now(*timeout);
    return wait(word, c.u32(2), FUTEX_BITSET_MATCH_ANY, kind, &deadline, CLOCK_MONOTONIC);
}

long wait_bitset(const call& c) {
    const bool realtime = (c.u32(1) & FUTEX_CLOCK_REALTIME) != 0;
    return wait(c.pointer<void>(0), c.u32(2), c.u32(5), kind, c.pointer<const timespec>(3),
                realtime ? CLOCK_REALTIME : CLOCK_MONOTONIC);
}

// The kernel looks at the count when it has woken somebody: 0 wakes one, too.
long wake_some(void* word, uint32_t mask, int count) {
    return wake(word, mask, count > 0 ? count : 1, kind);
}

long move(const call& c) {
    futex_waitv from_to[2] = {{c.u32(5), c.u64(0), kind, 0}, {0, c.u64(4), kind, 0}};
    return requeue(from_to, 0, c.i32(2), c.i32(3));
}

// A wake of nobody: what is wrong with the address.
long check_word(void* word) {
    return wake(word, FUTEX_BITSET_MATCH_ANY, 0, kind);
}

// Does not compare, so that what other threads do to the value does not matter.
long move_whatever(const call& c) {
    if (c.i32(2) < 0 || c.i32(3) < 0) return -EINVAL;
    if (const long error = check_word(c.pointer<void>(0)); error < 0) return error;
    if (const long error = check_word(c.pointer<void>(4)); error < 0) return error;
    return requeue_whatever({0, c.u64(0), kind, 0}, {0, c.u64(4), kind, 0}, c.i32(2), c.i32(3));
}

int32_t sign_extended_12(uint32_t bits) {
    return static_cast<int32_t>(bits << 20) >> 20;
}

// FUTEX_WAKE_OP's third value: an operation on the second word and a comparison with what it
// held (include/uapi/linux/futex.h: FUTEX_OP).
struct word_operation {
    uint32_t encoded;

    unsigned kind() const { return encoded >> 28 & 7; }
    unsigned comparison() const { return encoded >> 24 & 15; }
    int32_t comparand() const { return sign_extended_12(encoded & 0xfff); }
    uint32_t operand() const {
        const int32_t plain = sign_extended_12(encoded >> 12 & 0xfff);
        const bool shift = (encoded >> 28 & FUTEX_OP_OPARG_SHIFT) != 0;
        return shift ? uint32_t{1} << (plain & 31) : static_cast<uint32_t>(plain);
    }

    bool is_known() const { return kind() <= FUTEX_OP_XOR; }
    // Of a known one; returns what the word held.
    uint32_t apply(uint32_t& word) const {
        switch (kind()) {
            case FUTEX_OP_SET:
                return __atomic_exchange_n(&word, operand(), __ATOMIC_SEQ_CST);
            case FUTEX_OP_ADD:
                return __atomic_fetch_add(&word, operand(), __ATOMIC_SEQ_CST);
            case FUTEX_OP_OR:
                return __atomic_fetch_or(&word, operand(), __ATOMIC_SEQ_CST);
            case FUTEX_OP_ANDN:
                return __atomic_fetch_and(&word, ~operand(), __ATOMIC_SEQ_CST);
            default:  // FUTEX_OP_XOR
                return __atomic_fetch_xor(&word, operand(), __ATOMIC_SEQ_CST);
        }
    }

    // 1, 0, or -ENOSYS where there is no such comparison.
    int compare(uint32_t old) const {
        const auto value = static_cast<int32_t>(old);
        switch (comparison()) {
            case FUTEX_OP_CMP_EQ:
                return value == comparand() ? 1 : 0;
            case FUTEX_OP_CMP_NE:
                return value != comparand() ? 1 : 0;
            case FUTEX_OP_CMP_LT:
                return value < comparand() ? 1 : 0;
            case FUTEX_OP_CMP_LE:
                return value <= comparand() ? 1 : 0;
            case FUTEX_OP_CMP_GT:
                return value > comparand() ? 1 : 0;
            case FUTEX_OP_CMP_GE:
                return value >= comparand() ? 1 : 0;
            default:
                return -ENOSYS;
        }
    }
};

// The kernel holds both words' locks meanwhile. Nobody can tell: a waiter that queues between
// the operation and a wake has seen what the operation left.
long wake_op(const call& c) {
    void* word = c.pointer<void>(0);
    auto* second = c.pointer<uint32_t>(4);
    if (const long error = check_word(word); error < 0) return error;
    if (const long error = check_word(second); error < 0) return error;
    const word_operation operation{c.u32(5)};
    if (!operation.is_known()) return -ENOSYS;
    if (!writable_word(second)) return -EFAULT;
    const uint32_t old = operation.apply(*second);
    const int holds = operation.compare(old);
    if (holds < 0) return holds;
    const long woken = wake_some(word, FUTEX_BITSET_MATCH_ANY, c.i32(2));
    if (holds == 0) return woken;
    return woken + wake_some(second, FUTEX_BITSET_MATCH_ANY, c.i32(3));
}

}  // namespace

long old_futex(operation o, const call& c) {
    switch (o) {
        case operation::old_wait:
            return wait_relative(c);
        case operation::old_wait_bitset:
            return wait_bitset(c);
        case operation::old_wake:
            return wake_some(c.pointer<void>(0), FUTEX_BITSET_MATCH_ANY, c.i32(2));
        case operation::old_wake_bitset:
            return wake_some(c.pointer<void>(0), c.u32(5), c.i32(2));
        case operation::old_requeue:
            return move_whatever(c);
        case operation::old_cmp_requeue:
            return move(c);
        case operation::old_wake_op:
            return wake_op(c);
        default:
            return -ENOSYS;
    }
}

}  // namespace futex2::run
