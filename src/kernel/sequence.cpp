// SPDX-License-Identifier: MIT
#include "kernel/sequence.hpp"

#include <errno.h>

#include "kernel/shared_word.hpp"

namespace futex2::kernel {

// Acquire: the value is read behind it. Pairs with count_wake() and with the compare-and-swap
// of a store_wake: who sees their sequence sees their value.
uint32_t read_sequence(const void* word) {
    return __atomic_load_n(sequence_of(word), __ATOMIC_ACQUIRE);
}

// seq_cst: the change of the value is in front of it, whatever order that had.
uint32_t count_wake(void* word) {
    return __atomic_add_fetch(sequence_of(word), 1, __ATOMIC_SEQ_CST);
}

int wait_sequence(const void* word, uint64_t expected, uint32_t mask, deadline until) {
    for (bool again = false;; again = true) {
        const uint32_t seen = read_sequence(word);
        if (platform::load_value(word, platform::width::u64) != expected) return -EAGAIN;
        // Where wakes come without end, the kernel is never asked for the time.
        if (again && has_passed(until)) return -ETIMEDOUT;
        const int result = wait_word(sequence_of(word), seen, mask, until);
        if (result != -EAGAIN) return result;
    }
}

}  // namespace futex2::kernel
