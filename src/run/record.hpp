// SPDX-License-Identifier: MIT
// What --stats and --trace want to know of each call.
#pragma once

#include "run/call.hpp"

namespace futex2::run {

// One call that is over. Times are nanoseconds of CLOCK_MONOTONIC.
struct record {
    operation what;
    const void* word;  // the first of several
    uint64_t begin;
    uint64_t end;
    long result;
};

}  // namespace futex2::run
