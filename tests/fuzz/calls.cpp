// SPDX-License-Identifier: MIT
#include "fuzz/calls.hpp"

#include <cerrno>
#include <utility>

#include "abi/deadline.hpp"

namespace futex2::fuzz {
namespace {

constexpr uint64_t all_masks = 0xff;

template <size_t... I>
word_array make_words(const side& s, std::index_sequence<I...>) {
    return {guarded_word(s.kind_of(I))...};
}

// The kind that the call says.
word_kind kind_said(const step& s, unsigned i, const side& where) {
    word_kind kind = where.kind_of(s.word_at(i));
    if (s.spoils(i, flaw::other_kind)) kind.numa = !kind.numa;
    return kind;
}

unsigned flags_of(const step& s, unsigned i, const side& where) {
    unsigned flags = kind_said(s, i, where).flags();
    const bool spoiled = s.flaw == flaw::shared || s.spoils(i, flaw::one_shared);
    if (spoiled && !is_numa(s.word_at(i))) flags ^= unsigned{FUTEX2_PRIVATE};
    if (s.spoils(i, flaw::unknown_flag)) flags |= 1u << s.bit;
    if (s.policy) flags |= FUTEX2_MPOL;
    return flags;
}

uint64_t address_of(const step& s, unsigned i, word_array& words) {
    guarded_word& word = words[s.word_at(i)];
    if (s.spoils(i, flaw::null) && !word.kind().numa) return 0;
    if (s.spoils(i, flaw::outside)) return uint64_t{1} << 63;
    if (s.spoils(i, flaw::misaligned)) return word.address_number() + 1;
    if (s.spoils(i, flaw::as_plain) && word.kind().numa)
        return word.address_number() + word.kind().bytes();
    return word.address_number();
}

void* pointer_to(const step& s, unsigned i, word_array& words) {
    return reinterpret_cast<void*>(address_of(s, i, words));
}

uint64_t mask_of(const step& s, unsigned i, const side& where) {
    const word_kind kind = where.kind_of(s.word_at(i));
    if (s.what == action::store_wake) return kind.all();  // it has none: it wakes any
    if (s.spoils(i, flaw::mask_0)) return 0;
    // Of a wait, what it expects is too wide.
    if (s.spoils(i, flaw::too_wide) && !s.waits()) return kind.all() + 1;
    return s.mask == all_masks ? kind.all() : s.mask;
}

uint64_t expected_of(const step& s, unsigned i, const side& where, const word_array& words) {
    if (s.spoils(i, flaw::too_wide)) return where.kind_of(s.word_at(i)).all() + 1;
    const unsigned differing = s.what == action::waitv ? s.n - 1 : 0;
    return words[s.word_at(i)].value() ^ (s.differs && i == differing ? 4 : 0);
}

struct time_limit {
    timespec deadline = {};
    bool given = true;
    clockid_t clock = CLOCK_MONOTONIC;

    const timespec* pointer() const { return given ? &deadline : nullptr; }
};

time_limit limit_of(const step& s) {
    time_limit limit;
    switch (s.deadline_said()) {
        case deadline::none:
            limit.given = false;
            break;
        case deadline::far:
            limit.deadline = abi_test::from_now(std::chrono::hours(1));
            break;
        case deadline::far_realtime:
            limit.clock = CLOCK_REALTIME;
            limit.deadline = abi_test::from_now(std::chrono::hours(1), CLOCK_REALTIME);
            break;
        case deadline::passed:
            break;
        case deadline::passed_realtime:
            limit.clock = CLOCK_REALTIME;
            break;
        case deadline::soon:
            limit.deadline = abi_test::from_now(std::chrono::microseconds(200));
            break;
    }
    if (s.flaw == flaw::clock) limit.clock = CLOCK_BOOTTIME;
    if (s.flaw == flaw::nanoseconds) {
        limit.given = true;
        limit.deadline.tv_nsec = 1'000'000'000;
    }
    if (s.flaw == flaw::seconds) {
        limit.given = true;
        limit.deadline.tv_sec = -1;
    }
    return limit;
}

using waitv_array = std::array<futex_waitv, 4>;

waitv_array entries_of(const step& s, const side& where, word_array& words) {
    waitv_array array = {};
    for (unsigned i = 0; i < s.words_named(); ++i) {
        array[i] = {.val = expected_of(s, i, where, words),
                    .uaddr = address_of(s, i, words),
                    .flags = flags_of(s, i, where),
                    .__reserved = s.spoils(i, flaw::reserved) ? 1u : 0u};
    }
    return array;
}

int call_wait(const step& s, const side& where, word_array& words) {
    const time_limit limit = limit_of(s);
    return where.on.wait(pointer_to(s, 0, words), expected_of(s, 0, where, words),
                         mask_of(s, 0, where), flags_of(s, 0, where), limit.pointer(), limit.clock);
}

unsigned length_of(const step& s) {
    if (s.flaw == flaw::length_0) return 0;
    if (s.flaw == flaw::length_129) return 129;
    return s.n;
}

int call_waitv(const step& s, const side& where, word_array& words) {
    waitv_array array = entries_of(s, where, words);
    const time_limit limit = limit_of(s);
    return where.on.waitv(s.flaw == flaw::null_array ? nullptr : array.data(), length_of(s),
                          s.flaw == flaw::call_flag ? 1 : 0, limit.pointer(), limit.clock);
}

int call_requeue(const step& s, const side& where, word_array& words) {
    waitv_array array = entries_of(s, where, words);
    return where.on.requeue(s.flaw == flaw::null_array ? nullptr : array.data(),
                            s.flaw == flaw::call_flag ? 1 : 0, s.count, s.second_count);
}

bool expressible(const step& s, const side& where) {
    const word_kind kind = where.kind_of(s.word_at(s.spoiled));
    if (s.flaw == flaw::too_wide) return kind.size != FUTEX2_SIZE_U64;
    if (s.flaw == flaw::misaligned) return kind.whole() > 1;
    return true;
}

int call_wakev(const step& s, const side& where, word_array& words) {
    std::array<futex2_wake_item, 4> items = {};
    for (unsigned i = 0; i < s.n; ++i) {
        items[i] = {.word = pointer_to(s, i, words),
                    .mask = mask_of(s, i, where),
                    .count = count_of_item(s, i),
                    .flags = flags_of(s, i, where)};
    }
    return futex2_wakev(items.data(), s.n, 0);
}

}  // namespace

word_array make_words(const side& s) {
    word_array made = make_words(s, std::make_index_sequence<word_count>());
    for (guarded_word& word : made) word.set_value(0);
    return made;
}

int call(const step& s, const side& where, word_array& words) {
    if (!expressible(s, where)) return -EINVAL;
    switch (s.what) {
        case action::wait:
            return call_wait(s, where, words);
        case action::waitv:
            return call_waitv(s, where, words);
        case action::requeue:
            return call_requeue(s, where, words);
        default:
            return wake_one(s, 0, s.count, where, words);
    }
}

int call_composed(const step& s, const side& where, word_array& words) {
    if (!expressible(s, where)) return -EINVAL;
    if (s.what == action::wakev) return call_wakev(s, where, words);
    return futex2_store_wake(pointer_to(s, 0, words), static_cast<uint64_t>(s.number), s.count,
                             flags_of(s, 0, where));
}

int wake_one(const step& s, unsigned i, int count, const side& where, word_array& words) {
    return where.on.wake(pointer_to(s, i, words), mask_of(s, i, where), count,
                         flags_of(s, i, where));
}

int count_of_item(const step& s, unsigned i) {
    return i % 2 == 0 ? s.count : s.second_count;
}

}  // namespace futex2::fuzz
