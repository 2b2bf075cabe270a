// SPDX-License-Identifier: MIT
#include "kernel/features.hpp"

#include <futex2/futex2.h>

#include "platform/system_call.hpp"

namespace futex2::kernel {

using platform::futex_call;
using platform::order;

constinit platform::native_atomic<uint32_t> usable_;

namespace {

constexpr uint32_t known = 1u << 31;
constexpr unsigned private_word = FUTEX2_SIZE_U32 | FUTEX2_PRIVATE;
constexpr unsigned long any = FUTEX_BITSET_MATCH_ANY;

constinit platform::native_atomic<uint32_t> allowed{waitv_call | futex2_calls};

// A missing call answers ENOSYS, and a forbidden one what the filter says: a call is there
// if it answers what it must. All fail at the value that differs, or wake nobody.

constexpr uint32_t value = 1;

struct futex_waitv naming(const uint32_t& word) {
    return {value + 1, reinterpret_cast<uintptr_t>(&word), private_word, 0};
}

bool has_waitv() {
    const uint32_t word = value;
    struct futex_waitv one = naming(word);
    return futex_call(platform::sys_futex_waitv, &one, 1u, 0u, nullptr, CLOCK_MONOTONIC) == -EAGAIN;
}

bool has_futex2() {
    const uint32_t word = value;
    struct futex_waitv from_to[] = {naming(word), naming(word)};
    constexpr unsigned long other_value = value + 1;
    return futex_call(platform::sys_futex_wake, &word, any, 0, private_word) == 0 &&
           futex_call(platform::sys_futex_wait, &word, other_value, any, private_word, nullptr,
                      CLOCK_MONOTONIC) == -EAGAIN &&
           futex_call(platform::sys_futex_requeue, from_to, 0u, 0, 0) == -EAGAIN;
}

}  // namespace

uint32_t ask_for_features() {
    const features asked = allowed.load(order::relaxed);
    uint32_t found = known;
    if ((asked & waitv_call) != 0 && has_waitv()) found |= waitv_call;
    if ((asked & futex2_calls) != 0 && has_futex2()) found |= futex2_calls;
    usable_.store(found, order::relaxed);
    return found;
}

void allow(features those) {
    allowed.store(those, order::relaxed);
    usable_.store(0, order::relaxed);
}

}  // namespace futex2::kernel
