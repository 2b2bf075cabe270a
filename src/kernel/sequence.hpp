// SPDX-License-Identifier: MIT
// futex64_numa words that processes share. No call of the kernel's compares 64 bits: these
// sleep on a wake sequence of 32 bits instead, the upper half of the hint.
//
// A wait reads the sequence, then the value, and sleeps while the sequence is that. A wake
// adds one to it, then wakes; so a wait that has read the value before the change does not
// sleep behind the wake (sequence.pml). A wait that is overtaken by 2^32 wakes, to one, between
// its look and its sleep would miss them.
#pragma once

#include <stddef.h>

#include "platform/word.hpp"

namespace futex2::kernel {

using platform::deadline;

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the upper half is the last");
static_assert(offsetof(futex64_numa, hint) == 8);

// The upper half of the word's hint.
inline uint32_t* sequence_of(const void* word) {
    return static_cast<uint32_t*>(const_cast<void*>(word)) + 3;
}

// The node in the hint: its lowest 16 bits. The next 16 are ignored.
inline int64_t node_in(int64_t hint) {
    return static_cast<int16_t>(hint);
}

// The hint with one more wake.
inline int64_t counted(int64_t hint) {
    return static_cast<int64_t>(static_cast<uint64_t>(hint) + (uint64_t{1} << 32));
}

// Before the value is read, of whatever wait or requeue.
uint32_t read_sequence(const void* word);

// Behind the change of the value. Returns the sequence as it is now.
uint32_t count_wake(void* word);

int wait_sequence(const void* word, uint64_t expected, uint32_t mask, deadline until);

}  // namespace futex2::kernel
