// SPDX-License-Identifier: MIT
#include "abi/shared.hpp"

#include <limits.h>

#include "kernel/lanes.hpp"
#include "kernel/shared_word.hpp"

namespace futex2::abi::shared {

using platform::width;

namespace {

bool is_narrow(word_kind kind) {
    return kind.size() < width::u32;
}

const uint32_t* futex_of(const void* word) {
    return static_cast<const uint32_t*>(word);
}

int wake_in_kernel(void* word, word_kind kind, uint64_t mask, int count) {
    if (is_narrow(kind)) return kernel::wake_narrow(word, mask, count);
    return kernel::wake_word(futex_of(word), static_cast<uint32_t>(mask), count);
}

// What the kernel moves, it moves from one of its words to another, with all that sleep
// there, whatever the lanes. Where one of the two is narrow, they are woken instead.
int wake_instead(void* word, word_kind kind, uint64_t expected, int wake, int most) {
    native::fence();
    if (native::load_value(word, kind.size()) != expected) return -EAGAIN;
    const int count = wake > INT_MAX - most ? INT_MAX : wake + most;
    return wake_in_kernel(word, kind, platform::all_ones(kind.size()), count);
}

}  // namespace

int check_kind(word_flags flags) {
    return flags.kind().numa() || flags.kind().size() == width::u64 ? -ENOTSUP : 0;
}

int check_kind_of_many(word_flags flags) {
    return is_narrow(flags.kind()) ? -ENOTSUP : check_kind(flags);
}

int wait(void* word, uint64_t expected, uint64_t mask, word_flags flags, deadline until) {
    if (const int error = check_kind(flags); error != 0) return error;
    const word_kind kind = flags.kind();
    if (is_narrow(kind)) return kernel::wait_narrow(word, kind.size(), expected, mask, until);
    return kernel::wait_word(futex_of(word), static_cast<uint32_t>(expected),
                             static_cast<uint32_t>(mask), until);
}

int wake(void* word, uint64_t mask, int count, word_flags flags) {
    if (const int error = check_kind(flags); error != 0) return error;
    return wake_in_kernel(word, flags.kind(), mask, count);
}

int store_wake(void* word, uint64_t value, int count, word_flags flags) {
    if (const int error = check_kind(flags); error != 0) return error;
    const word_kind kind = flags.kind();
    native::store_value_fenced(word, kind.size(), value);
    if (count == 0) return 0;
    const int woken = wake_in_kernel(word, kind, platform::all_ones(kind.size()), count);
    // The value is stored. Who has seen it may have unmapped the word: then nobody waits.
    return woken < 0 ? 0 : woken;
}

int requeue(const struct futex_waitv& from, const struct futex_waitv& to, int wake, int most) {
    for (const auto* entry : {&from, &to})
        if (const int error = check_kind({entry->flags}); error != 0) return error;
    const word_kind source = word_flags{from.flags}.kind();
    if (is_narrow(source) || is_narrow(word_flags{to.flags}.kind()))
        return wake_instead(word_of(from), source, from.val, wake, most);
    return kernel::requeue_word(futex_of(word_of(from)), static_cast<uint32_t>(from.val),
                                futex_of(word_of(to)), wake, most);
}

// Nobody is woken before the kernel's words have been read: one that is not mapped faults, as
// a private NUMA word does, instead of being found when others have been woken.
int wakev(const struct futex2_wake_item* items, unsigned n) {
    uint8_t of_engine[FUTEX_WAITV_MAX];  // items, by their places
    uint8_t of_kernel[FUTEX_WAITV_MAX];
    unsigned engine_count = 0;
    unsigned kernel_count = 0;
    for (unsigned i = 0; i < n; ++i) {
        const word_flags flags{items[i].flags};
        if (flags.is_private()) {
            of_engine[engine_count++] = static_cast<uint8_t>(i);
            continue;
        }
        native::load_value(items[i].word, flags.kind().size());
        of_kernel[kernel_count++] = static_cast<uint8_t>(i);
    }
    int woken = 0;
    if (native_process* p = instance_if_any(); p != nullptr && engine_count > 0)
        woken = engine::wakev<native, FUTEX_WAITV_MAX>(
            *p, static_cast<int>(engine_count),
            [&](int i) { return request_of(items[of_engine[i]]); });
    for (unsigned i = 0; i < kernel_count && woken >= 0; ++i) {
        const futex2_wake_item& item = items[of_kernel[i]];
        const int more =
            wake_in_kernel(item.word, word_flags{item.flags}.kind(), item.mask, item.count);
        if (more > 0) woken += more;
    }
    return woken;
}

}  // namespace futex2::abi::shared
