// SPDX-License-Identifier: MIT
#include "fuzz/program.hpp"

#include <algorithm>
#include <climits>
#include <string_view>

namespace futex2::fuzz {
namespace {

// Each table begins with what is simplest, for that is where a program shrinks to;
// what is frequent stands in it more than once.
constexpr std::array actions = {
    action::wait,    action::wait,    action::wait,     action::wait,       action::waitv,
    action::waitv,   action::wake,    action::wake,     action::wake,       action::requeue,
    action::requeue, action::requeue, action::wakev,    action::store_wake, action::store,
    action::store,   action::wait,    action::set_hint, action::interrupt,  action::wake,
};
constexpr std::array counts = {1, 2, INT_MAX, 1, 3, 0, 1, -1};
constexpr std::array<int64_t, 8> hints = {-1, 0, -1, 0, -2, impossible_node, -1, -128};
constexpr std::array deadlines = {
    deadline::none, deadline::none,         deadline::none,   deadline::none,
    deadline::far,  deadline::far_realtime, deadline::passed, deadline::passed_realtime,
};

constexpr std::array strides = {1u, word_count - 1};

template <class Table>
auto pick(const Table& table, int byte) {
    return table[static_cast<size_t>(byte) % table.size()];
}

constexpr std::array<uint64_t, 8> masks = {0xff, 1, 2, 3, 0x80, 0xff, 0x81, 0xfe};

// What can be wrong with each call, in ways that the kernel answers as well.
std::span<const flaw> flaws_of(action what) {
    using enum flaw;
    static constexpr std::array wait = {shared, other_kind,  unknown_flag, too_wide,
                                        mask_0, misaligned,  as_plain,     outside,
                                        clock,  nanoseconds, seconds};
    static constexpr std::array waitv = {
        one_shared, unknown_flag, call_flag,   too_wide, misaligned, as_plain,   outside,
        reserved,   clock,        nanoseconds, seconds,  length_0,   length_129, null_array};
    static constexpr std::array wake = {shared,     other_kind, unknown_flag, too_wide, mask_0,
                                        misaligned, as_plain,   outside,      null};
    static constexpr std::array requeue = {shared,   one_shared, unknown_flag, call_flag,
                                           too_wide, misaligned, as_plain,     outside,
                                           reserved, null_array};
    static constexpr std::array wakev = {unknown_flag, too_wide, mask_0, misaligned,
                                         as_plain,     outside,  null};
    static constexpr std::array store_wake = {unknown_flag, misaligned, as_plain, outside};
    switch (what) {
        case action::wait:
            return wait;
        case action::waitv:
            return waitv;
        case action::wake:
            return wake;
        case action::requeue:
            return requeue;
        case action::wakev:
            return wakev;
        case action::store_wake:
            return store_wake;
        default:
            return {};
    }
}

// One call in eight is spoiled.
flaw flaw_of(action what, uint8_t byte) {
    constexpr uint8_t first = 224;
    const auto flaws = flaws_of(what);
    return byte < first || flaws.empty() ? flaw::none : pick(flaws, byte - first);
}

// A deadline that is really waited for: seldom, it costs time.
deadline deadline_of(uint8_t byte) {
    return byte >= 250 ? deadline::soon : pick(deadlines, byte);
}

// Without bit 16: FUTEX2_WAKE_LOCAL, which the kernel does not have.
constexpr std::array unknown_flags = {4, 5, 6, 8, 15, 17, 30, 31};

constexpr std::array<std::string_view, 9> action_names = {
    "wait", "waitv", "wake", "requeue", "wakev", "store_wake", "store", "set_hint", "interrupt",
};
constexpr std::array<std::string_view, 19> flaw_names = {
    "none",      "shared",   "one_shared", "other_kind", "unknown_flag",
    "call_flag", "too_wide", "mask_0",     "misaligned", "as_plain",
    "outside",   "null",     "reserved",   "clock",      "nanoseconds",
    "seconds",   "length_0", "length_129", "null_array",
};
constexpr std::array<std::string_view, 6> deadline_names = {
    "none", "far", "far, realtime", "passed", "passed, realtime", "soon",
};

template <class Names, class Value>
std::string_view name(const Names& names, Value value) {
    return names[static_cast<size_t>(value)];
}

}  // namespace

unsigned step::words_named() const {
    switch (what) {
        case action::waitv:
        case action::wakev:
            return n;
        case action::requeue:
            return 2;
        case action::interrupt:
            return 0;
        default:
            return 1;
    }
}

word_set step::footprint() const {
    word_set all = 0;
    for (unsigned i = 0; i < words_named(); ++i) all |= set_of(word_at(i));
    return all;
}

deadline step::deadline_said() const {
    const bool another = flaw == fuzz::flaw::shared || flaw == fuzz::flaw::one_shared ||
                         flaw == fuzz::flaw::other_kind;
    return another ? deadline::passed : until;
}

step decode(const encoded_step& bytes) {
    const auto [what, who, where, how_many, value, until, wrong, detail] = bytes;
    const action what_to_do = pick(actions, what);
    step s = {
        .what = what_to_do,
        .thread = who % 128 % thread_count,
        .joined = who >= 128,
        .word = where % 16 % word_count,
        .stride = pick(strides, where / 16),
        .n = 1u + where / 64,
        .differs = value % 16 == 15,
        .mask = pick(masks, value / 16),
        .until = deadline_of(until),
        .count = pick(counts, how_many),
        .second_count = pick(counts, how_many / 8),
        .number = what_to_do == action::set_hint ? pick(hints, value) : value % 4,
        .restart = value % 2 != 0,
        .policy = how_many >= 240,
        .flaw = flaw_of(what_to_do, wrong),
        .spoiled = 0,
        .bit = pick(unknown_flags, detail / 4),
    };
    if (s.what == action::requeue && where / 64 == 3) s.stride = 0;  // to itself
    if (s.flaw != flaw::none) s.spoiled = detail % s.words_named();
    return s;
}

program decode(std::span<const uint8_t> bytes) {
    program p;
    p.reserve(bytes.size() / bytes_per_step);
    for (; bytes.size() >= bytes_per_step; bytes = bytes.subspan(bytes_per_step)) {
        encoded_step one;
        std::copy_n(bytes.begin(), bytes_per_step, one.begin());
        p.push_back(decode(one));
    }
    return p;
}

std::ostream& operator<<(std::ostream& out, const step& s) {
    if (s.joined) out << "at the same time: ";
    out << name(action_names, s.what);
    for (unsigned i = 0; i < s.words_named(); ++i)
        out << (i == 0 ? " " : ",") << (is_numa(s.word_at(i)) ? "n" : "p") << s.word_at(i);
    if (s.waits() || s.what == action::interrupt) out << " thread=" << s.thread;
    if (s.what == action::store || s.what == action::set_hint || s.what == action::store_wake)
        out << " to=" << s.number;
    if (s.what == action::interrupt && s.restart) out << " restart";
    if (!s.waits() && s.what < action::store) {
        out << " count=" << s.count;
        if (s.what != action::wake) out << "," << s.second_count;
    }
    if (s.waits() && s.until != deadline::none)
        out << " deadline=(" << name(deadline_names, s.until) << ")";
    if (s.waits() || s.what == action::requeue) out << (s.differs ? " differs" : "");
    if ((s.what == action::wait || s.what == action::wake) && s.mask != masks[0])
        out << " mask=" << s.mask;
    if (s.policy) out << " policy";
    if (s.flaw != flaw::none)
        out << " flaw=" << name(flaw_names, s.flaw) << "(word " << s.spoiled << ", bit " << s.bit
            << ")";
    return out;
}

std::ostream& operator<<(std::ostream& out, const program& p) {
    for (size_t i = 0; i < p.size(); ++i) out << "  " << i << ": " << p[i] << '\n';
    return out;
}

}  // namespace futex2::fuzz
