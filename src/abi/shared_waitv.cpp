// SPDX-License-Identifier: MIT
#include "abi/shared_waitv.hpp"

#include <limits.h>

#include <new>

#include "kernel/features.hpp"
#include "kernel/sequence.hpp"
#include "kernel/shared_word.hpp"

namespace futex2::abi::shared {

using engine::entry;
using engine::parker;
using engine::waiter;
using platform::width;

namespace {

constexpr uint64_t any = ~uint64_t{0};
constexpr int most = FUTEX_WAITV_MAX;

word_kind kind_of(const struct futex_waitv& word) {
    return word_flags{word.flags}.kind();
}
bool is_private(const struct futex_waitv& word) {
    return word_flags{word.flags}.is_private();
}
bool differs(const struct futex_waitv& word) {
    return native::load_value(word_of(word), kind_of(word).size()) != word.val;
}

// What the kernel is to wait on: 32 bits for each word, and the parker in front of them where
// other words are private.
class kernel_words {
  public:
    void add(const struct futex_waitv& word) {
        const auto address = reinterpret_cast<uintptr_t>(futex_of(word_of(word), kind_of(word)));
        asked_[count_] = &word;
        entries_[count_++] = {word.val, address, kernel::shared_flags, 0};
        sequences_ += kind_of(word).size() == width::u64 ? 1u : 0u;
    }
    // Before all words.
    void leave_room_for_a_parker() {
        asked_[0] = nullptr;
        count_ = 1;
    }

    // The place of a word that was woken, or a negative errno. 0 with a parker: it says that
    // the wait is over.
    int sleep(deadline until, parker<native>* own = nullptr) {
        if (own != nullptr) begin_with(*own);
        for (bool again = false;; again = true) {
            if (own != nullptr && own->over()) return 0;
            if (!read_sequences()) return -EAGAIN;
            if (again && has_changed()) return -EAGAIN;
            // Where sequences move on without end, the kernel is never asked for the time.
            if (again && kernel::has_passed(until)) return -ETIMEDOUT;
            const int result = kernel::wait_words(entries_, count_, until);
            const bool by_parker = result == 0 && own != nullptr;  // or a late wake met it
            if (result != -EAGAIN && !by_parker) return result;
        }
    }

    const struct futex_waitv& at(int place) const { return *asked_[place]; }

  private:
    void begin_with(parker<native>& own) {
        const auto address = reinterpret_cast<uintptr_t>(own.state.address());
        entries_[0] = {parker<native>::sleeping, address, kernel::private_flags, 0};
        own.lie_down();
    }
    bool has_sequence(unsigned i) const {
        return asked_[i] != nullptr && kind_of(*asked_[i]).size() == width::u64;
    }
    // False: a value of 64 bits, read behind its sequence, differs.
    bool read_sequences() {
        for (unsigned i = 0; i < count_ && sequences_ > 0; ++i) {
            if (!has_sequence(i)) continue;
            entries_[i].val = kernel::read_sequence(word_of(*asked_[i]));
            if (differs(*asked_[i])) return false;
        }
        return true;
    }
    bool has_changed() const {
        for (unsigned i = 0; i < count_; ++i)
            if (asked_[i] != nullptr && differs(*asked_[i])) return true;
        return false;
    }

    struct futex_waitv entries_[most];
    const struct futex_waitv* asked_[most];
    unsigned count_ = 0;
    unsigned sequences_ = 0;
};

// All values that this library reads are compared before any hint is written.
int settle_hints(native_process& p, const struct futex_waitv* words, unsigned n) {
    for (unsigned i = 0; i < n; ++i)
        if ((is_private(words[i]) || kind_of(words[i]).numa()) && differs(words[i])) return -EAGAIN;
    for (unsigned i = 0; i < n; ++i) {
        const word_flags flags{words[i].flags};
        if (flags.is_private() || !flags.kind().numa()) continue;
        const int error = settle_hint(p, word_of(words[i]), words[i].val, flags);
        if (error != 0) return error;
    }
    return 0;
}

// The private words of a wait, for one of which a waker may claim it.
class private_words {
  public:
    private_words(const struct futex_waitv* words, unsigned n) {
        for (unsigned i = 0; i < n; ++i)
            if (is_private(words[i])) places_[count_++] = static_cast<uint8_t>(i);
    }
    unsigned count() const { return count_; }
    unsigned place(int i) const { return places_[i]; }

    void prepare(const native_process& p, const struct futex_waitv* words, entry<native>* entries,
                 waiter<native>& w) const {
        for (unsigned i = 0; i < count_; ++i) {
            const struct futex_waitv& word = words[places_[i]];
            const word_flags flags{word.flags};
            engine::prepare(
                p, engine::thread<native>::self(), *new (&entries[i]) entry<native>, w,
                {p.key_of(word_of(word), flags.kind()), word.val, any, flags.by_policy()},
                static_cast<uint8_t>(i), false);
        }
    }

  private:
    uint8_t places_[most];
    unsigned count_ = 0;
};

// The thread sleeps in one call of the kernel's, on its parker and on the shared words. What
// ends the wait is decided as for private words alone, by its claim: if a private waker has
// it, a shared word that was woken as well is woken again, for others (mix.pml). Of all who sleep
// there: the mask of the wake that was taken is not known.
int wait_on_both(native_process& p, const struct futex_waitv* words, const private_words& own,
                 entry<native>* entries, kernel_words& others, deadline until) {
    auto& t = engine::thread<native>::self();
    waiter<native> w;
    own.prepare(p, words, entries, w);
    for (;;) {
        const uint32_t generation = p.generation();
        if (!engine::take_seat(p, t, generation)) return -ENOMEM;
        int place = 0;  // of a shared word that was woken
        engine::wait_result result;
        const bool ours = engine::wait_by(p, t, generation, w, entries, own.count(), result,
                                          [&](parker<native>& parking) {
                                              const int slept = others.sleep(until, &parking);
                                              place = slept > 0 ? slept : 0;
                                              return slept > 0 ? most : slept;
                                          });
        if (!ours) continue;
        if (result.status < 0) return result.status;
        if (result.status == most) return static_cast<int>(&others.at(place) - words);
        if (place > 0) {
            const struct futex_waitv& woken = others.at(place);
            kernel::wake_word(futex_of(word_of(woken), kind_of(woken)), kernel::any_mask, INT_MAX);
        }
        return static_cast<int>(own.place(result.status));
    }
}

}  // namespace

int waitv(native_process& p, const struct futex_waitv* words, unsigned n, deadline until) {
    const private_words own(words, n);
    for (unsigned i = 0; i < n; ++i) {
        if (is_private(words[i])) continue;
        if (const int error = check_kind_of_many({words[i].flags}); error != 0) return error;
    }
    if (n == 1) return wait(word_of(words[0]), words[0].val, any, {words[0].flags}, until);
    if (!kernel::may_use(kernel::waitv_call)) return -ENOSYS;
    if (const int error = settle_hints(p, words, n); error != 0) return error;
    kernel_words in_kernel;
    if (own.count() > 0) in_kernel.leave_room_for_a_parker();
    for (unsigned i = 0; i < n; ++i)
        if (!is_private(words[i])) in_kernel.add(words[i]);
    if (own.count() == 0) return in_kernel.sleep(until);
    void* memory = __builtin_alloca_with_align(own.count() * sizeof(entry<native>),
                                               8 * alignof(entry<native>));
    return wait_on_both(p, words, own, static_cast<entry<native>*>(memory), in_kernel, until);
}

}  // namespace futex2::abi::shared
