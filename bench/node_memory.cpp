// SPDX-License-Identifier: MIT
#include "bench/node_memory.hpp"

#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>
#include <cstring>

#include "bench/placement.hpp"
#include "kernel/calls.hpp"
#include "platform/native.hpp"

namespace futex2::bench {
namespace {

using platform::native;

// A negative errno where the kernel does not say.
int node_of_page(uintptr_t page) {
    int node = 0;
    // Without a list of nodes the call only asks.
    const long answer =
        kernel::call(SYS_move_pages, 0L, 1UL, &page, kernel::unused, &node, kernel::unused);
    return answer < 0 ? static_cast<int>(answer) : node;
}

}  // namespace

node_memory::node_memory(int node, size_t bytes)
    : node_(nodes_are_virtual() ? -1 : node),
      bytes_(bytes),
      address_(native::map_bytes(bytes, node_, platform::on_fork::keep)) {
    if (address_ == nullptr) throw std::bad_alloc();
    try {
        const pinned_to_first there(placement({node}));
        std::memset(address_, 0, bytes_);
    } catch (...) {
        native::unmap_bytes(address_, bytes_);
        throw;
    }
}

node_memory::~node_memory() {
    native::unmap_bytes(address_, bytes_);
}

bool node_memory::in_place() const {
    if (node_ < 0) return true;
    const auto begin = reinterpret_cast<uintptr_t>(address_);
    const auto page = static_cast<uintptr_t>(sysconf(_SC_PAGESIZE));
    for (uintptr_t at = begin; at < begin + bytes_; at += page)
        if (const int where = node_of_page(at); where >= 0 && where != node_) return false;
    return true;
}

}  // namespace futex2::bench
