// SPDX-License-Identifier: MIT
// What an engine says of itself, where it does not say otherwise.
#pragma once

#include <cerrno>

namespace futex2::bench {

struct engine {
    static constexpr bool has_waitv = false;
    static constexpr bool has_requeue = false;
    /** A wait ends when the value has changed, and wake does not say whom it woke. */
    static constexpr bool by_value = false;

    /** Whether so many wait: nobody tells, and who sleeps in an engine's call is queued. */
    template <class Word>
    static bool queued(const Word&, int) {
        return true;
    }
};

/** What a wait answers if the value is not the expected one. */
template <class Engine>
inline constexpr int other_value = Engine::by_value ? 0 : -EAGAIN;

}  // namespace futex2::bench
