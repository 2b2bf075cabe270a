// SPDX-License-Identifier: MIT
// The two implementations that these tests ask the same questions: this library
// and the kernel's system calls 449 and 454-456.
#pragma once

#include <futex2/futex2.h>

#include <string>
#include <string_view>

namespace futex2::abi_test {

/** The calls that both have, with one signature; each answers >= 0 or a negative errno. */
struct engine {
    std::string_view name;
    int (*wait)(void* word, uint64_t expected, uint64_t mask, unsigned flags,
                const timespec* deadline, clockid_t clock);
    int (*wake)(void* word, uint64_t mask, int count, unsigned flags);
    int (*waitv)(futex_waitv* words, unsigned n, unsigned flags, const timespec* deadline,
                 clockid_t clock);
    int (*requeue)(futex_waitv* from_to, unsigned flags, int wake, int requeue);
    int highest_node;          // that a hint may name
    std::string missing;       // why the plain calls cannot be tested here; empty: they can
    std::string missing_numa;  // the same for NUMA words
};

const engine& library();

/** Whether the library makes the newer calls of that name in FUTEX2_KERNEL: waitv, futex2. */
bool library_uses(std::string_view calls);

/** 32-bit words only. */
const engine& kernel();

}  // namespace futex2::abi_test
