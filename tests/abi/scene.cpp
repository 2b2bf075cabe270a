// SPDX-License-Identifier: MIT
#include "abi/scene.hpp"

#include <utility>

namespace futex2::abi_test {
namespace {

// The upper half on every architecture, and aligned for every word.
constexpr uint64_t outside_address = 0xffff800000000000;

void* pointer(uint64_t address) {
    return reinterpret_cast<void*>(address);
}

bool below_64_bits(word_kind kind) {
    return kind.bits() < 64;
}

step on_word(std::function<void(scene_word&)> change) {
    return {[change = std::move(change)](scene& s) { change(s.words[0]); }};
}

step on_numa_word(std::function<void(scene_word&)> change) {
    step made = on_word(std::move(change));
    made.applies = is_numa;
    return made;
}

}  // namespace

std::string_view name_of(call which) {
    constexpr std::string_view names[] = {"wait",    "wake",  "waitv",
                                          "requeue", "wakev", "store_wake"};
    return names[static_cast<size_t>(which)];
}

scene::scene(call c, word_kind k, const engine& e) : which(c), kind(k), on(e) {
    const bool many = c == call::waitv || c == call::requeue || c == call::wakev;
    words.assign(many ? 2 : 1, scene_word(k));
}

const timespec* scene::deadline_argument() const {
    if (bad_deadline) return static_cast<const timespec*>(pointer(*bad_deadline));
    return timed ? &deadline : nullptr;
}

std::vector<futex_waitv> scene::waitv_array() {
    std::vector<futex_waitv> array;
    for (scene_word& w : words) array.push_back({w.expected, w.address(), w.flags, w.reserved});
    return array;
}

std::vector<futex2_wake_item> scene::wake_items() {
    std::vector<futex2_wake_item> items;
    for (scene_word& w : words) items.push_back({pointer(w.address()), w.mask, w.count, w.flags});
    return items;
}

template <class T>
T* scene::array_argument(std::vector<T>& array) const {
    if (null_array) return nullptr;
    return bad_array ? static_cast<T*>(pointer(*bad_array)) : array.data();
}

int scene::perform() {
    scene_word& first = words[0];
    void* word = pointer(first.address());
    std::vector<futex_waitv> array = waitv_array();
    std::vector<futex2_wake_item> items = wake_items();
    const unsigned n = length.value_or(static_cast<unsigned>(words.size()));
    switch (which) {
        case call::wait:
            return on.wait(word, first.expected, first.mask, first.flags, deadline_argument(),
                           clock);
        case call::wake:
            return on.wake(word, first.mask, first.count, first.flags);
        case call::waitv:
            return on.waitv(array_argument(array), n, call_flags, deadline_argument(), clock);
        case call::requeue:
            return on.requeue(array_argument(array), call_flags, wake, requeue);
        case call::wakev:
            return futex2_wakev(array_argument(items), n, call_flags);
        case call::store_wake:
            return futex2_store_wake(word, stored, first.count, first.flags);
    }
    return -ENOSYS;
}

step flag(unsigned bits) {
    return on_word([bits](scene_word& w) { w.flags |= bits; });
}

step call_flag(unsigned bits) {
    return {[bits](scene& s) { s.call_flags = bits; }};
}

step shared_word() {
    return on_word([](scene_word& w) { w.flags &= ~static_cast<unsigned>(FUTEX2_PRIVATE); });
}

step shared() {
    return {[](scene& s) {
        for (scene_word& w : s.words) w.flags &= ~static_cast<unsigned>(FUTEX2_PRIVATE);
    }};
}

step policy() {
    return flag(FUTEX2_MPOL);
}

step kind_is(word_kind kind) {
    return on_word([kind](scene_word& w) { w = scene_word(kind); });
}

step expected_too_wide() {
    return {[](scene& s) {
                const uint64_t one_above = s.words[0].word.kind().all() + 1;
                s.words[0].expected |= one_above;
                s.stored |= one_above;
            },
            below_64_bits};
}

step mask_too_wide() {
    step made = on_word([](scene_word& w) { w.mask |= w.word.kind().all() + 1; });
    made.applies = below_64_bits;
    return made;
}

step mask_all_64() {
    step made = mask(~uint64_t{0});
    made.applies = below_64_bits;
    return made;
}

step mask(uint64_t mask) {
    return on_word([mask](scene_word& w) { w.mask = mask; });
}

step differs() {
    return on_word([](scene_word& w) { w.word.set_value(initial_value ^ 1); });
}

step count(int count) {
    return on_word([count](scene_word& w) { w.count = count; });
}

step clock_is(clockid_t clock) {
    return {[clock](scene& s) { s.clock = clock; }};
}

step deadline_is(timespec deadline) {
    return {[deadline](scene& s) { s.deadline = deadline; }};
}

step no_deadline() {
    return {[](scene& s) { s.timed = false; }};
}

step deadline_at(uint64_t address) {
    return {[address](scene& s) { s.bad_deadline = address; }};
}

step misaligned_by_one() {
    step made = on_word([](scene_word& w) { w.skew = 1; });
    made.applies = [](word_kind kind) { return kind.whole() > 1; };
    return made;
}

step misaligned_by_size() {
    return on_numa_word([](scene_word& w) { w.skew = w.word.kind().bytes(); });
}

step outside() {
    return at(outside_address);
}

step at(uint64_t address) {
    return on_word([address](scene_word& w) { w.elsewhere = address; });
}

step like_first() {
    return {[](scene& s) { s.words[1].elsewhere = s.words[0].address(); }};
}

step hint(int64_t hint) {
    return on_numa_word([hint](scene_word& w) { w.word.set_hint(hint); });
}

// An 8-bit hint ends at 127, whatever the machine has.
step highest_node() {
    return {[](scene& s) {
                const int64_t most = s.words[0].word.kind().highest_hint();
                s.words[0].word.set_hint(s.on.highest_node < most ? s.on.highest_node : most);
            },
            is_numa};
}

step node_beyond() {
    return {[](scene& s) {
                const bool nameable = s.on.highest_node < s.words[0].word.kind().highest_hint();
                s.words[0].word.set_hint(nameable ? s.on.highest_node + 1 : -2);
            },
            is_numa};
}

step highest_hint() {
    return on_numa_word([](scene_word& w) { w.word.set_hint(w.word.kind().highest_hint()); });
}

step lowest_hint() {
    return on_numa_word([](scene_word& w) { w.word.set_hint(w.word.kind().lowest_hint()); });
}

step length(unsigned n) {
    return {[n](scene& s) { s.length = n; }};
}

step words(unsigned n) {
    return {[n](scene& s) { s.words.assign(n, scene_word(s.kind)); }};
}

step null_array() {
    return {[](scene& s) { s.null_array = true; }};
}

step array_outside() {
    return {[](scene& s) { s.bad_array = outside_address; }};
}

step reserved(uint32_t bits) {
    return on_word([bits](scene_word& w) { w.reserved = bits; });
}

step counts(int woken, int moved) {
    return {[woken, moved](scene& s) {
        s.wake = woken;
        s.requeue = moved;
    }};
}

step second(const step& inner) {
    return {[inner](scene& s) {
                std::swap(s.words[0], s.words[1]);
                inner.apply(s);
                std::swap(s.words[0], s.words[1]);
            },
            inner.applies};
}

}  // namespace futex2::abi_test
