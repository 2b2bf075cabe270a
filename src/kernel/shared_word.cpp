// SPDX-License-Identifier: MIT
#include "kernel/shared_word.hpp"

#include "kernel/features.hpp"
#include "platform/system_call.hpp"

namespace futex2::kernel {

using platform::futex_call;

namespace {

struct futex_waitv entry_of(const uint32_t* word, uint32_t expected) {
    return {expected, reinterpret_cast<uintptr_t>(word), shared_flags, 0};
}

long wait_by_futex(const uint32_t* word, uint32_t expected, uint32_t mask, deadline until) {
    const int realtime =
        until.time != nullptr && until.clock == CLOCK_REALTIME ? FUTEX_CLOCK_REALTIME : 0;
    return futex_call(SYS_futex, word, FUTEX_WAIT_BITSET | realtime, expected, until.time, nullptr,
                      mask);
}

// FUTEX_WAKE with 0 wakes one. To move nobody looks at the address, and no more.
long wake_by_futex(const uint32_t* word, uint32_t mask, int count) {
    if (count == 0) return futex_call(SYS_futex, word, FUTEX_REQUEUE, 0, nullptr, word, nullptr);
    return futex_call(SYS_futex, word, FUTEX_WAKE_BITSET, count, nullptr, nullptr, mask);
}

}  // namespace

// futex_waitv has no masks. futex(2) does not restart a timed wait after a handler with
// SA_RESTART, as the other two do.
int wait_word(const uint32_t* word, uint32_t expected, uint32_t mask, deadline until) {
    if (may_use(futex2_calls)) [[likely]] {
        const long result =
            futex_call(platform::sys_futex_wait, word, static_cast<unsigned long>(expected),
                       static_cast<unsigned long>(mask), shared_flags, until.time, until.clock);
        if (!is_refused(futex2_calls, result)) return static_cast<int>(result);
    }
    if (mask == any_mask) {
        const struct futex_waitv one = entry_of(word, expected);
        if (const int result = wait_words(&one, 1, until); result != -ENOSYS) return result;
    }
    return static_cast<int>(wait_by_futex(word, expected, mask, until));
}

int wake_word(const uint32_t* word, uint32_t mask, int count) {
    if (may_use(futex2_calls)) [[likely]] {
        const long result = futex_call(platform::sys_futex_wake, word,
                                       static_cast<unsigned long>(mask), count, shared_flags);
        if (!is_refused(futex2_calls, result)) return static_cast<int>(result);
    }
    return static_cast<int>(wake_by_futex(word, mask, count));
}

int requeue_word(const uint32_t* from, uint32_t expected, const uint32_t* to, int wake, int most) {
    if (may_use(futex2_calls)) [[likely]] {
        const struct futex_waitv from_to[] = {entry_of(from, expected), entry_of(to, 0)};
        const long result = futex_call(platform::sys_futex_requeue, from_to, 0u, wake, most);
        if (!is_refused(futex2_calls, result)) return static_cast<int>(result);
    }
    return static_cast<int>(futex_call(SYS_futex, from, FUTEX_CMP_REQUEUE, wake,
                                       static_cast<unsigned long>(most), to, expected));
}

int wait_words(const struct futex_waitv* entries, unsigned n, deadline until) {
    if (!may_use(waitv_call)) return -ENOSYS;
    const long result =
        futex_call(platform::sys_futex_waitv, entries, n, 0u, until.time, until.clock);
    return is_refused(waitv_call, result) ? -ENOSYS : static_cast<int>(result);
}

bool has_passed(deadline until) {
    if (until.time == nullptr) return false;
    timespec now;
    clock_gettime(until.clock, &now);
    return now.tv_sec != until.time->tv_sec ? now.tv_sec > until.time->tv_sec
                                            : now.tv_nsec >= until.time->tv_nsec;
}

}  // namespace futex2::kernel
