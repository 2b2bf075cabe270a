// SPDX-License-Identifier: MIT
#include "abi/shared.hpp"

#include <limits.h>

#include "kernel/lanes.hpp"
#include "kernel/sequence.hpp"
#include "kernel/shared_word.hpp"

namespace futex2::abi::shared {

using engine::no_node;
using platform::width;

namespace {

bool is_narrow(word_kind kind) {
    return kind.size() < width::u32;
}
bool has_sequence(word_kind kind) {
    return kind.size() == width::u64;
}

constexpr uint64_t any = ~uint64_t{0};

// The hint of a NUMA word, as one that names a node or none.
int64_t load_hint(const void* word, word_kind kind) {
    const int64_t hint = native::load_hint(word, kind.size());
    return has_sequence(kind) ? kernel::node_in(hint) : hint;
}

// Whom a wake can find.
enum class reach : uint8_t { waiters, nobody, impossible };

// Behind the change of the value. The fence: as engine::wake(). hint: as it was looked at. It is
// not read again: others may write anything there, which must not get into another word.
reach reach_of(const native_process& p, const void* word, word_kind kind, int64_t& hint) {
    hint = no_node;
    if (!kind.numa()) return reach::waiters;
    native::fence();
    hint = load_hint(word, kind);
    if (!valid_hint(p, hint)) return reach::impossible;
    // Nobody has ever waited. Of a word with a sequence the hint does not tell.
    return hint == no_node && !has_sequence(kind) ? reach::nobody : reach::waiters;
}

reach reach_of(const native_process& p, const void* word, word_kind kind) {
    int64_t hint;
    return reach_of(p, word, kind, hint);
}

// mask: of the word's size. Of 64 bits the kernel has the lower 32 (check_kind()).
int wake_in_kernel(void* word, word_kind kind, uint64_t mask, int count) {
    if (is_narrow(kind))
        return kernel::wake_narrow(word, mask & platform::all_ones(kind.size()), count);
    return kernel::wake_word(futex_of(word, kind), static_cast<uint32_t>(mask), count);
}

// A wake of a word whose sequence, if it has one, has not been counted yet.
int count_and_wake(void* word, word_kind kind, uint64_t mask, int count) {
    if (has_sequence(kind) && count != 0) kernel::count_wake(word);
    return wake_in_kernel(word, kind, mask, count);
}

// Stores a value into a NUMA word, and tells whom the wake behind it can find.
reach store_beside_hint(const native_process& p, void* word, word_kind kind, uint64_t value) {
    if (!has_sequence(kind)) {
        int64_t hint;
        if (!engine::exchange_value(p, word, kind.size(), value, hint)) return reach::impossible;
        return hint == no_node ? reach::nobody : reach::waiters;
    }
    for (;;) {
        const uint64_t old = native::load_value(word, kind.size());
        const int64_t hint = native::load_hint(word, kind.size());
        if (!valid_hint(p, kernel::node_in(hint))) return reach::impossible;
        if (native::compare_exchange_pair(word, kind.size(), old, hint, value,
                                          kernel::counted(hint)))
            return reach::waiters;
    }
}

bool differs(const void* word, word_kind kind, uint64_t expected) {
    return native::load_value(word, kind.size()) != expected;
}

// What the kernel moves, it moves from one of its words to another, with all that sleep
// there, whatever the lanes. Where one of the two is narrow, they are woken instead.
int wake_instead(void* word, word_kind kind, uint64_t expected, int wake, int most) {
    native::fence();
    if (has_sequence(kind)) kernel::count_wake(word);
    if (differs(word, kind, expected)) return -EAGAIN;
    const int count = wake > INT_MAX - most ? INT_MAX : wake + most;
    return wake_in_kernel(word, kind, any, count);
}

// The sequence is counted first: who has read an older value then does not sleep behind this.
int requeue_from_sequence(void* from, uint64_t expected, const uint32_t* to, int wake, int most) {
    for (;;) {
        const uint32_t sequence = kernel::count_wake(from);
        if (differs(from, {FUTEX2_SIZE_U64}, expected)) return -EAGAIN;
        const int result =
            kernel::requeue_word(kernel::sequence_of(from), sequence, to, wake, most);
        if (result != -EAGAIN) return result;
    }
}

}  // namespace

// Of 64 bits a mask must be any, or have its upper half empty: then the lower halves of two
// have a bit in common where they have.
int check_kind(word_flags flags, uint64_t mask) {
    if (!has_sequence(flags.kind())) return 0;
    const bool in_kernel = mask == any || mask <= kernel::any_mask;
    return flags.kind().numa() && in_kernel ? 0 : -ENOTSUP;
}

int check_kind_of_many(word_flags flags) {
    return is_narrow(flags.kind()) ? -ENOTSUP : check_kind(flags, any);
}

int check_hint(const native_process& p, const void* word, word_kind kind) {
    return kind.numa() && !valid_hint(p, load_hint(word, kind)) ? -EINVAL : 0;
}

// As engine::enqueue(), without a queue. The hint stays: nobody in user space knows when the
// last waiter of another process has left.
int settle_hint(native_process& p, void* word, uint64_t expected, word_flags flags) {
    const engine::key k = p.key_of(word, flags.kind());
    for (;;) {
        const int64_t hint = load_hint(word, k.kind);
        if (!valid_hint(p, hint)) return -EINVAL;
        if (hint != no_node || has_sequence(k.kind)) return 0;
        if (engine::value_differs<native>(k, expected)) return -EAGAIN;
        const auto& self = engine::thread<native>::self();
        const int node = engine::first_node(p, self, k, flags.by_policy());
        if (node < 0) return -EINVAL;
        if (native::compare_exchange_pair(word, k.size(), expected, no_node, expected, node))
            return 0;
    }
}

uint32_t* futex_of(void* word, word_kind kind) {
    return has_sequence(kind) ? kernel::sequence_of(word) : static_cast<uint32_t*>(word);
}

int wait(void* word, uint64_t expected, uint64_t mask, word_flags flags, deadline until) {
    if (const int error = check_kind(flags, mask); error != 0) return error;
    const word_kind kind = flags.kind();
    if (kind.numa()) {
        native_process* p = instance();
        if (p == nullptr) return -ENOMEM;
        if (const int error = settle_hint(*p, word, expected, flags); error != 0) return error;
    }
    if (is_narrow(kind)) return kernel::wait_narrow(word, kind.size(), expected, mask, until);
    const auto in_kernel = static_cast<uint32_t>(mask);
    if (has_sequence(kind)) return kernel::wait_sequence(word, expected, in_kernel, until);
    return kernel::wait_word(futex_of(word, kind), static_cast<uint32_t>(expected), in_kernel,
                             until);
}

int wake(void* word, uint64_t mask, int count, word_flags flags) {
    if (const int error = check_kind(flags, mask); error != 0) return error;
    const word_kind kind = flags.kind();
    if (kind.numa()) {
        const native_process* p = instance();
        if (p == nullptr) return -ENOMEM;
        const reach found = reach_of(*p, word, kind);
        if (found != reach::waiters) return found == reach::nobody ? 0 : -EINVAL;
    }
    return count_and_wake(word, kind, mask, count);
}

int store_wake(void* word, uint64_t value, int count, word_flags flags) {
    if (const int error = check_kind(flags, any); error != 0) return error;
    const word_kind kind = flags.kind();
    if (kind.numa()) {
        const native_process* p = instance();
        if (p == nullptr) return -ENOMEM;
        const reach found = store_beside_hint(*p, word, kind, value);
        if (found != reach::waiters) return found == reach::nobody ? 0 : -EINVAL;
    } else {
        native::store_value_fenced(word, kind.size(), value);
    }
    if (count == 0) return 0;
    const int woken = wake_in_kernel(word, kind, any, count);
    // The value is stored. Who has seen it may have unmapped the word: then nobody waits.
    return woken < 0 ? 0 : woken;
}

// A destination without a node gets one though nobody may be there to be moved: whether
// somebody is, the kernel alone knows, and a wake must not find -1 where somebody waits.
int requeue(native_process& p, const struct futex_waitv& from, const struct futex_waitv& to,
            int wake, int most) {
    const word_kind source = word_flags{from.flags}.kind();
    const word_kind destination = word_flags{to.flags}.kind();
    for (const auto* entry : {&from, &to})
        if (const int error = check_kind({entry->flags}, any); error != 0) return error;
    int64_t node;
    const reach found = reach_of(p, word_of(from), source, node);
    if (found == reach::impossible) return -EINVAL;
    if (found == reach::nobody) return differs(word_of(from), source, from.val) ? -EAGAIN : 0;
    if (is_narrow(source) || is_narrow(destination))
        return wake_instead(word_of(from), source, from.val, wake, most);
    if (most > 0 && destination.numa() && !has_sequence(destination) &&
        load_hint(word_of(to), destination) == no_node) {
        if (differs(word_of(from), source, from.val)) return -EAGAIN;
        if (node == no_node) node = current_node(p, engine::thread<native>::self());
        engine::assign_hint<native>(word_of(to), destination.size(), node);
    }
    const uint32_t* there = futex_of(word_of(to), destination);
    if (has_sequence(source))
        return requeue_from_sequence(word_of(from), from.val, there, wake, most);
    return kernel::requeue_word(futex_of(word_of(from), source), static_cast<uint32_t>(from.val),
                                there, wake, most);
}

// Nobody is woken before the kernel's words have been read: one that is not mapped faults, as
// a private NUMA word does, instead of being found when others have been woken.
int wakev(const struct futex2_wake_item* items, unsigned n) {
    const native_process* nodes = instance();
    if (nodes == nullptr) return -ENOMEM;
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
        const reach found = reach_of(*nodes, items[i].word, flags.kind());
        if (found == reach::impossible) return -EINVAL;
        if (found == reach::waiters) of_kernel[kernel_count++] = static_cast<uint8_t>(i);
    }
    int woken = 0;
    if (native_process* p = instance_if_any(); p != nullptr && engine_count > 0)
        woken = engine::wakev<native, FUTEX_WAITV_MAX>(
            *p, static_cast<int>(engine_count),
            [&](int i) { return request_of(items[of_engine[i]]); });
    for (unsigned i = 0; i < kernel_count && woken >= 0; ++i) {
        const futex2_wake_item& item = items[of_kernel[i]];
        const int more =
            count_and_wake(item.word, word_flags{item.flags}.kind(), item.mask, item.count);
        if (more > 0) woken += more;
    }
    return woken;
}

}  // namespace futex2::abi::shared
