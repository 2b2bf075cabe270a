// SPDX-License-Identifier: MIT
// On which node memory really lies, as the kernel says (move_pages(2)).
#pragma once

#include <cstdint>
#include <map>

namespace futex2::command {

struct page_places {
    uint64_t total = 0;               // pages that the range touches
    std::map<int, uint64_t> on_node;  // of the machine: how many lie there
    uint64_t untouched = 0;           // no memory yet: never written
    uint64_t unknown = 0;             // the kernel did not say
    int error = 0;                    // why, the first time: a negative errno
};

/**
 * Where the pages of a mapped range lie now. Changes nothing. A page that was
 * read and never written has no memory of its own: some kernels say where the
 * zero page lies that it shares with all others, others count as untouched.
 */
page_places places_of(const void* address, uint64_t bytes);

}  // namespace futex2::command
