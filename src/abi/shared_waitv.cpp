// SPDX-License-Identifier: MIT
#include "abi/shared_waitv.hpp"

#include "kernel/shared_word.hpp"

namespace futex2::abi::shared {

int waitv(native_process&, const struct futex_waitv* words, unsigned n, deadline until) {
    struct futex_waitv entries[FUTEX_WAITV_MAX];
    for (unsigned i = 0; i < n; ++i) {
        const word_flags flags{words[i].flags};
        if (flags.is_private()) return -ENOSYS;
        if (const int error = check_kind_of_many(flags); error != 0) return error;
        entries[i] = {words[i].val, words[i].uaddr, kernel::shared_flags, 0};
    }
    if (n == 1)
        return wait(word_of(words[0]), words[0].val, kernel::any_mask, {words[0].flags}, until);
    return kernel::wait_words(entries, n, until);
}

}  // namespace futex2::abi::shared
