// SPDX-License-Identifier: MIT
// Counts heap calls.
#pragma once

#include <functional>

namespace futex2::abi_test {

/**
 * How many calls of malloc, calloc, realloc, free, aligned_alloc and their kin the
 * calling thread makes while the function runs, whoever in this process calls them.
 */
int heap_calls_in(const std::function<void()>& function);

/** Whether aligned_alloc and its kin are counted: ThreadSanitizer does not tell of them. */
bool counts_aligned_calls();

}  // namespace futex2::abi_test
