// SPDX-License-Identifier: MIT
#include "pages.hpp"

#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <vector>

#include "kernel/calls.hpp"

namespace futex2::command {

page_places places_of(const void* address, uint64_t bytes) {
    const auto page = static_cast<uintptr_t>(sysconf(_SC_PAGESIZE));
    const auto begin = reinterpret_cast<uintptr_t>(address);
    std::vector<uintptr_t> pages;
    for (uintptr_t at = begin - begin % page; at < begin + bytes; at += page) pages.push_back(at);

    page_places found;
    found.total = pages.size();
    std::vector<int> status(pages.size(), 0);
    // Without a list of nodes the call only asks.
    const long answer = kernel::call(SYS_move_pages, 0L, pages.size(), pages.data(), kernel::unused,
                                     status.data(), 0L);
    if (answer < 0) {
        found.unknown = found.total;
        found.error = static_cast<int>(answer);
        return found;
    }
    for (const int where : status) {
        if (where >= 0) {
            ++found.on_node[where];
        } else if (where == -ENOENT || where == -EFAULT) {
            ++found.untouched;  // no page, or the zero page that all readers share
        } else {
            ++found.unknown;
            if (found.error == 0) found.error = where;
        }
    }
    return found;
}

}  // namespace futex2::command
