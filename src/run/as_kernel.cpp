// SPDX-License-Identifier: MIT
#include "run/as_kernel.hpp"

#include "abi/check.hpp"
#include "abi/instance.hpp"
#include "abi/shared.hpp"
#include "platform/system_call.hpp"
#include "run/options.hpp"

namespace futex2::run {

using abi::word_flags;
using platform::native;

namespace {

// What the kernel may see of memory, asked by calls that fault as its own do and change
// nothing. Nobody sleeps on this word.
constinit uint32_t nobodys = 0;

// Its aligned 32 bits lie on the same page as the byte. Compares them, and moves nobody.
bool can_read_byte(uintptr_t address) {
    return platform::futex_call(SYS_futex, address & ~uintptr_t{3}, FUTEX_CMP_REQUEUE_PRIVATE, 0, 0,
                                &nobodys, 0) != -EFAULT;
}

// Adds 0 to them.
bool can_write_byte(uintptr_t address) {
    return platform::futex_call(SYS_futex, &nobodys, FUTEX_WAKE_OP_PRIVATE, 0, 0,
                                address & ~uintptr_t{3}, FUTEX_OP_ADD << 28) != -EFAULT;
}

// A shared word must lie in memory that another process could change.
bool can_be_shared(uintptr_t address) {
    return platform::futex_call(SYS_futex, address & ~uintptr_t{3}, FUTEX_REQUEUE, 0, 0, &nobodys,
                                0) != -EFAULT;
}

// A system call finds a page that cannot be read; what is small lies on two at most.
bool can_read(const void* memory, size_t bytes) {
    const auto first = reinterpret_cast<uintptr_t>(memory);
    return can_read_byte(first) && can_read_byte(first + bytes - 1);
}

int node_for(const void* word, word_flags flags) {
    const int node = flags.by_policy() ? native::policy_node(word) : -1;
    return node >= 0 ? node : futex2_current_node();
}

// The node half of a NUMA word, which comes before its value: the kernel reads it, and
// writes it where it is -1.
int look_at_node(void* word, word_flags flags) {
    const auto address = reinterpret_cast<uintptr_t>(word);
    const auto size = flags.kind().size();
    if (chosen.strict && !can_read_byte(address)) return -EFAULT;
    if (native::load_hint(word, size) != FUTEX_NO_NODE) return 0;
    if (chosen.strict && !can_write_byte(address)) return -EFAULT;
    if (chosen.upstream)
        native::compare_exchange_hint(word, size, FUTEX_NO_NODE, node_for(word, flags));
    return 0;
}

int look_at_hint(void* word, word_flags flags) {
    if (const int error = look_at_node(word, flags); error != 0) return error;
    const abi::native_process* p = abi::instance();
    if (p == nullptr) return 0;
    return flags.is_private() ? engine::look_first(*p, word, flags.kind())
                              : abi::shared::check_hint(*p, word, flags.kind());
}

// As the kernel looks words up, one after the other.
int look_up(void* word, word_flags flags) {
    if (const int error = abi::check_address(word, flags); error != 0) return error;
    if (flags.kind().numa())
        if (const int error = look_at_hint(word, flags); error != 0) return error;
    const bool found =
        flags.is_private() || !chosen.strict || can_be_shared(reinterpret_cast<uintptr_t>(word));
    return found ? 0 : -EFAULT;
}

// A shared word of 32 bits is compared by the kernel, too, which knows what it can read.
int look_at_value(void* word, word_flags flags, uint64_t expected) {
    if (!flags.is_private() && flags.kind().size() == platform::width::u32 && !chosen.strict)
        return 0;
    if (!readable(word, 1)) return -EFAULT;
    return native::load_value(word, flags.kind().size()) == expected ? 0 : -EAGAIN;
}

bool has_kernels_size(word_flags flags) {
    return !chosen.upstream || flags.kind().size() == platform::width::u32;
}

bool known_of_wake(word_flags flags) {
    return chosen.upstream ? flags.known() : flags.known_of_wake();
}

// The deadline is read when its clock has been found good.
int look_at_deadline(const timespec* deadline, clockid_t clock) {
    if (deadline == nullptr) return 0;
    if (clock != CLOCK_MONOTONIC && clock != CLOCK_REALTIME) return -EINVAL;
    if (!readable(deadline, sizeof *deadline)) return -EFAULT;
    return abi::check_deadline(deadline, clock);
}

int look_at_entry(const futex_waitv& entry) {
    if (!readable(&entry, sizeof entry)) return -EFAULT;
    if (!has_kernels_size({entry.flags})) return -EINVAL;
    return abi::check_waitv_entry(entry);
}

int look_at_entries(const futex_waitv* entries, unsigned n) {
    for (unsigned i = 0; i < n; ++i)
        if (const int error = look_at_entry(entries[i]); error != 0) return error;
    return 0;
}

int look_up_entries(const futex_waitv* entries, unsigned n) {
    for (unsigned i = 0; i < n; ++i)
        if (const int error = look_up(abi::word_of(entries[i]), {entries[i].flags}); error != 0)
            return error;
    return 0;
}

}  // namespace

bool writable_word(const void* word) {
    return !chosen.strict || can_write_byte(reinterpret_cast<uintptr_t>(word));
}

bool readable(const void* memory, size_t bytes) {
    return !chosen.strict || can_read(memory, bytes);
}

int before_wait(void* word, uint64_t expected, uint64_t mask, unsigned flags,
                const timespec* deadline, clockid_t clock) {
    const word_flags its{flags};
    if (!its.known() || !has_kernels_size(its) || !its.fits(expected) || !its.fits(mask))
        return -EINVAL;
    if (const int error = look_at_deadline(deadline, clock); error != 0) return error;
    if (mask == 0) return -EINVAL;
    if (const int error = look_up(word, its); error != 0) return error;
    return look_at_value(word, its, expected);
}

int before_wake(void* word, uint64_t mask, unsigned flags) {
    const word_flags its{flags};
    if (!known_of_wake(its) || !has_kernels_size(its) || !its.fits(mask) || mask == 0)
        return -EINVAL;
    return look_up(word, its);
}

int before_waitv(const futex_waitv* words, unsigned n, unsigned flags, const timespec* deadline,
                 clockid_t clock) {
    if (flags != 0 || n == 0 || n > FUTEX_WAITV_MAX || words == nullptr) return -EINVAL;
    if (const int error = look_at_deadline(deadline, clock); error != 0) return error;
    if (const int error = look_at_entries(words, n); error != 0) return error;
    if (const int error = look_up_entries(words, n); error != 0) return error;
    for (unsigned i = 0; i < n; ++i) {
        const int error = look_at_value(abi::word_of(words[i]), {words[i].flags}, words[i].val);
        if (error != 0) return error;
    }
    return 0;
}

int before_requeue(const futex_waitv* from_to, unsigned flags, int wake, int requeue) {
    if (flags != 0 || from_to == nullptr) return -EINVAL;
    if (const int error = look_at_entries(from_to, 2); error != 0) return error;
    if (chosen.upstream && from_to[0].flags != from_to[1].flags) return -EINVAL;
    const word_flags from{from_to[0].flags};
    const word_flags to{from_to[1].flags};
    if (from.is_private() != to.is_private() || wake < 0 || requeue < 0) return -EINVAL;
    if (const int error = look_up_entries(from_to, 2); error != 0) return error;
    return look_at_value(abi::word_of(from_to[0]), {from_to[0].flags}, from_to[0].val);
}

}  // namespace futex2::run
