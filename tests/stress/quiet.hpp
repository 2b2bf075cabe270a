// SPDX-License-Identifier: MIT
// What must hold when nobody waits any more.
#pragma once

#include <span>

#include "stress/storm.hpp"
#include "stress/word.hpp"

namespace futex2::stress {

/**
 * Adds a sentence for each bucket that is not empty and each hint that is not -1, and one
 * if the waits that were woken are not as many as the wakes say.
 */
void check_quiet(account& a, std::span<const word> words);

/** The same for the buckets alone. In a forked child, too. */
void check_tables(account& a);

/** Ends the process if the calling thread has left something of its own undone. */
void check_thread();

}  // namespace futex2::stress
