// SPDX-License-Identifier: MIT
#include "run/answer.hpp"

#include "platform/native.hpp"
#include "run/old_futex.hpp"
#include "run/options.hpp"
#include "run/tally.hpp"
#include "run/trace.hpp"
#include "run/words.hpp"

namespace futex2::run {
namespace {

operation operation_of(const call& c) {
    switch (c.number) {
        case nr_wait:
            return operation::wait;
        case nr_wake:
            return operation::wake;
        case nr_waitv:
            return operation::waitv;
        case nr_requeue:
            return operation::requeue;
        default:
            return old_operation(c.u32(1));
    }
}

long serve(operation o, const call& c) {
    switch (o) {
        case operation::left_to_kernel:
            return pass(c);
        case operation::wait:
            return wait(c.pointer<void>(0), c.u64(1), c.u64(2), c.u32(3),
                        c.pointer<const timespec>(4), c.i32(5));
        case operation::wake:
            return wake(c.pointer<void>(0), c.u64(1), c.i32(2), c.u32(3));
        case operation::waitv:
            return waitv(c.pointer<futex_waitv>(0), c.u32(1), c.u32(2),
                         c.pointer<const timespec>(3), c.i32(4));
        case operation::requeue:
            return requeue(c.pointer<futex_waitv>(0), c.u32(1), c.i32(2), c.i32(3));
        default:
            return old_futex(o, c);
    }
}

const void* first_word(operation o, const call& c, long result) {
    const bool many = o == operation::waitv || o == operation::requeue;
    // Else the array may be none.
    const bool read = result >= 0 || result == -EAGAIN || result == -ETIMEDOUT || result == -EINTR;
    if (!many) return c.pointer<void>(0);
    return read ? reinterpret_cast<void*>(c.pointer<futex_waitv>(0)->uaddr) : nullptr;
}

[[gnu::cold, gnu::noinline]] long serve_and_record(operation o, const call& c) {
    const uint64_t begin = platform::native::now();
    const long result = serve(o, c);
    const record r{o, first_word(o, c, result), begin, platform::native::now(), result};
    if (chosen.stats) count(r);
    if (chosen.trace != nullptr) trace(r);
    return result;
}

}  // namespace

long answer(const call& c) {
    const operation o = operation_of(c);
    if (chosen.stats || chosen.trace != nullptr) [[unlikely]]
        return serve_and_record(o, c);
    return serve(o, c);
}

}  // namespace futex2::run
