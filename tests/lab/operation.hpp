// SPDX-License-Identifier: MIT
// The operations that tables and JSON have a row for.
#pragma once

#include "lab/region.hpp"

namespace futex2::lab {

enum class actor {
    caller,  // wakes, and may be on another node than the words
    waiter,  // is on the words' node
    both,
};

struct operation {
    region where;
    const char* name;
    actor by;
};

inline constexpr operation operations[] = {
    {region::wake_nobody, "wake, nobody waits", actor::caller},
    {region::wait_differs, "wait, another value", actor::caller},
    {region::wait_blocked, "wait, asleep until it is woken", actor::waiter},
    {region::wake_blocked, "wake of one that sleeps", actor::caller},
    {region::requeue, "requeue: one woken, one moved", actor::caller},
    {region::waitv_blocked, "waitv over 8 words, asleep", actor::waiter},
    {region::wake_waitv, "wake of one of the 8 words", actor::caller},
    {region::round_trip, "round trip of two threads", actor::both},
};

}  // namespace futex2::lab
