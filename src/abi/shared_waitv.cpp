// SPDX-License-Identifier: MIT
#include "abi/shared_waitv.hpp"

#include "kernel/features.hpp"
#include "kernel/sequence.hpp"
#include "kernel/shared_word.hpp"

namespace futex2::abi::shared {

using platform::width;

namespace {

constexpr uint64_t any = ~uint64_t{0};

bool differs(const struct futex_waitv& word) {
    return native::load_value(word_of(word), word_flags{word.flags}.kind().size()) != word.val;
}

// What the kernel is to wait on: 32 bits for each word.
class kernel_words {
  public:
    void add(const struct futex_waitv& word) {
        const word_kind kind = word_flags{word.flags}.kind();
        const auto address = reinterpret_cast<uintptr_t>(futex_of(word_of(word), kind));
        entries_[count_] = {word.val, address, kernel::shared_flags, 0};
        asked_[count_++] = &word;
        sequences_ += kind.size() == width::u64 ? 1u : 0u;
    }

    // The place of a word that was woken, or a negative errno.
    int sleep(deadline until) {
        for (bool again = false;; again = true) {
            if (!read_sequences()) return -EAGAIN;
            if (again && has_changed()) return -EAGAIN;
            if (again && kernel::has_passed(until)) return -ETIMEDOUT;
            const int result = kernel::wait_words(entries_, count_, until);
            // Without sequences it was a value that the kernel found changed.
            if (result != -EAGAIN || sequences_ == 0) return result;
        }
    }

  private:
    bool has_sequence(unsigned i) const {
        return word_flags{asked_[i]->flags}.kind().size() == width::u64;
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
            if (differs(*asked_[i])) return true;
        return false;
    }

    struct futex_waitv entries_[FUTEX_WAITV_MAX];
    const struct futex_waitv* asked_[FUTEX_WAITV_MAX];
    unsigned count_ = 0;
    unsigned sequences_ = 0;
};

// All values that this library reads are compared before any hint is written.
int settle_hints(native_process& p, const struct futex_waitv* words, unsigned n) {
    for (unsigned i = 0; i < n; ++i)
        if (word_flags{words[i].flags}.kind().numa() && differs(words[i])) return -EAGAIN;
    for (unsigned i = 0; i < n; ++i) {
        const word_flags flags{words[i].flags};
        if (!flags.kind().numa()) continue;
        const int error = settle_hint(p, word_of(words[i]), words[i].val, flags);
        if (error != 0) return error;
    }
    return 0;
}

}  // namespace

int waitv(native_process& p, const struct futex_waitv* words, unsigned n, deadline until) {
    for (unsigned i = 0; i < n; ++i) {
        const word_flags flags{words[i].flags};
        if (flags.is_private()) return -ENOSYS;
        if (const int error = check_kind_of_many(flags); error != 0) return error;
    }
    if (n == 1) return wait(word_of(words[0]), words[0].val, any, {words[0].flags}, until);
    if (!kernel::may_use(kernel::waitv_call)) return -ENOSYS;
    if (const int error = settle_hints(p, words, n); error != 0) return error;
    kernel_words in_kernel;
    for (unsigned i = 0; i < n; ++i) in_kernel.add(words[i]);
    return in_kernel.sleep(until);
}

}  // namespace futex2::abi::shared
