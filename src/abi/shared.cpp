// SPDX-License-Identifier: MIT
#include "abi/shared.hpp"

#include "kernel/shared_word.hpp"

namespace futex2::abi::shared {

namespace {

const uint32_t* futex_of(const void* word) {
    return static_cast<const uint32_t*>(word);
}

int wake_in_kernel(void* word, uint64_t mask, int count) {
    return kernel::wake_word(futex_of(word), static_cast<uint32_t>(mask), count);
}

}  // namespace

int check_kind(word_flags flags) {
    return flags.kind().bits == FUTEX2_SIZE_U32 ? 0 : -ENOTSUP;
}

int wait(void* word, uint64_t expected, uint64_t mask, word_flags flags, deadline until) {
    if (const int error = check_kind(flags); error != 0) return error;
    return kernel::wait_word(futex_of(word), static_cast<uint32_t>(expected),
                             static_cast<uint32_t>(mask), until);
}

int wake(void* word, uint64_t mask, int count, word_flags flags) {
    if (const int error = check_kind(flags); error != 0) return error;
    return wake_in_kernel(word, mask, count);
}

int store_wake(void* word, uint64_t value, int count, word_flags flags) {
    if (const int error = check_kind(flags); error != 0) return error;
    native::store_value_fenced(word, flags.kind().size(), value);
    if (count == 0) return 0;
    const int woken = wake_in_kernel(word, kernel::any_mask, count);
    // The value is stored. Who has seen it may have unmapped the word: then nobody waits.
    return woken < 0 ? 0 : woken;
}

int requeue(const struct futex_waitv& from, const struct futex_waitv& to, int wake, int most) {
    for (const auto* entry : {&from, &to})
        if (const int error = check_kind({entry->flags}); error != 0) return error;
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
        const int more = wake_in_kernel(item.word, item.mask, item.count);
        if (more > 0) woken += more;
    }
    return woken;
}

}  // namespace futex2::abi::shared
