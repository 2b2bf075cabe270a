// SPDX-License-Identifier: MIT
// The C calls: check the arguments in the kernel's order, then the engine.
#include <futex2/futex2.h>

#include <new>

#include "abi/check.hpp"
#include "abi/instance.hpp"
#include "abi/requeue.hpp"
#include "abi/shared.hpp"
#include "abi/shared_waitv.hpp"

namespace futex2::abi {

using engine::entry;
using engine::key;
using engine::wait_target;
using engine::waiter;
using platform::deadline;

namespace {

constexpr uint64_t any = ~uint64_t{0};

key key_of(const native_process& p, const void* word, word_flags flags) {
    return p.key_of(word, flags.kind());
}

wait_target target_of(const native_process& p, const void* word, uint64_t expected, uint64_t mask,
                      word_flags flags) {
    return {key_of(p, word, flags), expected, engine::widen_mask(mask, flags.kind().size()),
            flags.by_policy()};
}

}  // namespace

// The fast paths, of a wait whose value has changed and of a wake with nobody
// waiting, are to need no stack frame: what they do not need is out of line.

// A wait on a word that processes share, or an error.
[[gnu::noinline]] static int wait_unusual(void* word, uint64_t expected, uint64_t mask,
                                          word_flags flags, const struct timespec* time,
                                          clockid_t clock) {
    if (!flags.known() || !flags.fits(expected) || !flags.fits(mask)) return -EINVAL;
    if (const int error = check_deadline(time, clock); error != 0) return error;
    if (mask == 0) return -EINVAL;
    if (const int error = check_address(word, flags); error != 0) return error;
    return shared::wait(word, expected, mask, flags, {time, clock});
}

static int wait(void* word, uint64_t expected, uint64_t mask, word_flags flags, deadline until);
[[gnu::noinline]] static int wait_early(void* word, uint64_t expected, uint64_t mask,
                                        word_flags flags, deadline until) {
    return instance() == nullptr ? -ENOMEM : wait(word, expected, mask, flags, until);
}

static int wait(void* word, uint64_t expected, uint64_t mask, word_flags flags, deadline until) {
    if (!is_sound(word, mask, flags) || !flags.fits(expected) ||
        check_deadline(until.time, until.clock) != 0) [[unlikely]]
        return wait_unusual(word, expected, mask, flags, until.time, until.clock);
    native_process* p = instance_if_any();
    if (p == nullptr) [[unlikely]]
        return wait_early(word, expected, mask, flags, until);
    return engine::wait(*p, word, expected, mask, until.time,
                        {until.clock, flags.kind(), flags.by_policy()})
        .status;
}

// A wake of a word that processes share, one with FUTEX2_WAKE_LOCAL, which the fast path has
// no register for, or an error.
[[gnu::noinline]] static int wake_unusual(void* word, uint64_t mask, int count, word_flags flags) {
    if (const int error = check_wake(word, mask, flags); error != 0) return error;
    if (!flags.is_private()) return shared::wake(word, mask, count, flags);
    native_process* p = instance_if_any();
    if (p == nullptr) return 0;
    return engine::wake(*p, {word, mask, count, flags.kind(), flags.local_first()});
}

static int wake(void* word, uint64_t mask, int count, word_flags flags) {
    if (!is_sound(word, mask, flags)) [[unlikely]]
        return wake_unusual(word, mask, count, flags);
    native_process* p = instance_if_any();
    if (p == nullptr) [[unlikely]]
        return 0;
    return engine::wake(*p, {word, mask, count, flags.kind()});
}

// Resolves the words: addresses, then hints, one after the other, as the kernel.
static int check_words(const native_process& p, const struct futex_waitv* words, unsigned n) {
    for (unsigned i = 0; i < n; ++i) {
        const word_flags flags{words[i].flags};
        void* word = word_of(words[i]);
        if (const int error = check_address(word, flags); error != 0) return error;
        const int error = flags.is_private() ? engine::look_first(p, word, flags.kind())
                                             : shared::check_hint(p, word, flags.kind());
        if (error != 0) return error;
    }
    return 0;
}

static bool any_shared(const struct futex_waitv* words, unsigned n) {
    for (unsigned i = 0; i < n; ++i)
        if (!word_flags{words[i].flags}.is_private()) return true;
    return false;
}

static int waitv(const struct futex_waitv* words, unsigned n, unsigned flags, deadline until) {
    if (flags != 0 || n == 0 || n > FUTEX_WAITV_MAX || words == nullptr) return -EINVAL;
    if (const int error = check_deadline(until.time, until.clock); error != 0) return error;
    for (unsigned i = 0; i < n; ++i)
        if (const int error = check_waitv_entry(words[i]); error != 0) return error;
    native_process* p = instance();
    if (p == nullptr) return -ENOMEM;
    if (const int error = check_words(*p, words, n); error != 0) return error;
    if (any_shared(words, n)) return shared::waitv(*p, words, n, until);

    // On this stack, as long as the array that the caller gave.
    using one = entry<native>;
    static_assert(sizeof(one) == engine::entry_bytes);
    void* memory = __builtin_alloca_with_align(n * sizeof(one), 8 * alignof(one));
    auto* entries = static_cast<one*>(memory);
    waiter<native> w;
    for (unsigned i = 0; i < n; ++i)
        prepare(*p, engine::thread<native>::self(), *new (&entries[i]) one, w,
                target_of(*p, word_of(words[i]), words[i].val, any, {words[i].flags}),
                static_cast<uint8_t>(i), n == 1);
    return engine::waitv(*p, w, entries, n, until).status;
}

static int requeue(const struct futex_waitv* from_to, unsigned flags, int wake, int most) {
    if (flags != 0 || from_to == nullptr) return -EINVAL;
    for (unsigned i = 0; i < 2; ++i)
        if (const int error = check_waitv_entry(from_to[i]); error != 0) return error;
    const word_flags from{from_to[0].flags};
    const word_flags to{from_to[1].flags};
    if (from.is_private() != to.is_private() || wake < 0 || most < 0) return -EINVAL;
    native_process* p = instance();
    if (p == nullptr) return -ENOMEM;
    if (const int error = check_words(*p, from_to, 2); error != 0) return error;
    if (!from.is_private()) return shared::requeue(*p, from_to[0], from_to[1], wake, most);
    return engine::requeue(*p, {key_of(*p, word_of(from_to[0]), from), from_to[0].val},
                           key_of(*p, word_of(from_to[1]), to), wake, most);
}

int requeue_whatever(const futex_waitv& from, const futex_waitv& to, int wake, int most) noexcept {
    native_process* p = instance();
    if (p == nullptr) return -ENOMEM;
    return engine::requeue(*p, {key_of(*p, word_of(from), {from.flags}), std::nullopt},
                           key_of(*p, word_of(to), {to.flags}), wake, most);
}

static int wakev(const struct futex2_wake_item* items, unsigned n, unsigned flags) {
    if (flags != 0 || n == 0 || n > FUTEX_WAITV_MAX || items == nullptr) return -EINVAL;
    bool all_private = true;
    for (unsigned i = 0; i < n; ++i) {
        const word_flags word{items[i].flags};
        if (const int error = check_wake(items[i].word, items[i].mask, word); error != 0)
            return error;
        if (word.is_private()) continue;
        if (const int error = shared::check_kind(word, items[i].mask); error != 0) return error;
        all_private = false;
    }
    if (!all_private) return shared::wakev(items, n);
    native_process* p = instance_if_any();
    if (p == nullptr) return 0;
    return engine::wakev<native, FUTEX_WAITV_MAX>(*p, static_cast<int>(n),
                                                  [&](int i) { return request_of(items[i]); });
}

static int check_store(const void* word, uint64_t value, word_flags flags) {
    if (!flags.known_of_wake() || !flags.fits(value)) return -EINVAL;
    return check_address(word, flags);
}

// A word that processes share, or an error.
[[gnu::noinline]] static int store_wake_unusual(void* word, uint64_t value, int count,
                                                word_flags flags) {
    const int error = check_store(word, value, flags);
    return error != 0 ? error : shared::store_wake(word, value, count, flags);
}

// Before the library is loaded: the hint needs the topology.
static int store_wake(void* word, uint64_t value, int count, word_flags flags);
[[gnu::noinline]] static int store_wake_early(void* word, uint64_t value, int count,
                                              word_flags flags) {
    return instance() == nullptr ? -ENOMEM : store_wake(word, value, count, flags);
}

static int store_wake(void* word, uint64_t value, int count, word_flags flags) {
    const int error = check_store(word, value, flags);
    if (error != 0 || !flags.is_private()) [[unlikely]]
        return store_wake_unusual(word, value, count, flags);
    native_process* p = instance_if_any();
    if (p == nullptr) [[unlikely]]
        return store_wake_early(word, value, count, flags);
    return engine::store_wake(*p, {word, any, count, flags.kind(), flags.local_first()}, value);
}

}  // namespace futex2::abi

namespace abi = futex2::abi;

extern "C" {

int futex2_wait(void* word, uint64_t expected, uint64_t mask, unsigned flags,
                const struct timespec* time, clockid_t clock) noexcept {
    return abi::wait(word, expected, mask, {flags}, {time, clock});
}

int futex2_wake(void* word, uint64_t mask, int count, unsigned flags) noexcept {
    return abi::wake(word, mask, count, {flags});
}

int futex2_waitv(struct futex_waitv* words, unsigned n, unsigned flags, const struct timespec* time,
                 clockid_t clock) noexcept {
    return abi::waitv(words, n, flags, {time, clock});
}

int futex2_requeue(struct futex_waitv* from_to, unsigned flags, int wake, int requeue) noexcept {
    return abi::requeue(from_to, flags, wake, requeue);
}

int futex2_wakev(const struct futex2_wake_item* items, unsigned n, unsigned flags) noexcept {
    return abi::wakev(items, n, flags);
}

int futex2_store_wake(void* word, uint64_t value, int count, unsigned flags) noexcept {
    return abi::store_wake(word, value, count, {flags});
}

int futex2_current_node(void) noexcept {
    const abi::native_process* p = abi::instance();
    if (p == nullptr) return -ENOMEM;
    return futex2::engine::current_node(*p, futex2::engine::thread<abi::native>::self());
}

int futex2_node_count(void) noexcept {
    const abi::native_process* p = abi::instance();
    return p == nullptr ? -ENOMEM : p->nodes.node_count;
}

#define FUTEX2_TEXT_OF(number) #number
#define FUTEX2_TEXT(number) FUTEX2_TEXT_OF(number)

const char* futex2_version(void) noexcept {
    return FUTEX2_TEXT(FUTEX2_VERSION_MAJOR) "." FUTEX2_TEXT(FUTEX2_VERSION_MINOR) "." FUTEX2_TEXT(
        FUTEX2_VERSION_PATCH);
}

}  // extern "C"
