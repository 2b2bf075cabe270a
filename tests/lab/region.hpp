// SPDX-License-Identifier: MIT
// What is counted, and how the machine's emulator is told: by an instruction that does
// nothing, a nop of 8 bytes whose displacement carries a number.
#pragma once

#include <cstdint>

namespace futex2::lab {

/** A stretch of one thread's instructions; its number is in the recorded trace. */
enum class region : uint16_t {
    none,
    wake_nobody,
    wait_differs,
    wait_blocked,
    wake_blocked,
    requeue,
    waitv_blocked,
    wake_waitv,
    round_trip,  // from one to the next
    partner,     // who takes part in another thread's round trips
    control,     // as many loads as loads_of_control, of the words' node
    scene,       // nothing but a sign: another program has begun
    round,       // nothing but a sign: it begins once more, with other words
    // Of a thread that takes a lock again and again (locks.cpp), one after another:
    lock_wanted,
    lock_held,
    lock_returned,
    lock_unwanted,
};

/** Of whose accesses only those are recorded that need another node: they are many. */
constexpr bool is_sparse(region r) {
    return r >= region::lock_wanted;
}

inline constexpr int loads_of_control = 64;

/** The first rounds of a scene touch words and pages for the first time. */
inline constexpr int uncounted_rounds = 8;
inline constexpr int counted_rounds = 16;

/** The upper half of the nop's displacement. */
inline constexpr uint32_t mark_signature = 0x4e55;

/** From here on the CPU's accesses belong to the region. */
template <region R>
[[gnu::always_inline]] inline void mark() {
    constexpr uint32_t displacement = mark_signature << 16 | static_cast<uint32_t>(R);
    __asm__ volatile(".byte 0x0f, 0x1f, 0x84, 0x00; .long %c0" : : "i"(displacement) : "memory");
}

}  // namespace futex2::lab
