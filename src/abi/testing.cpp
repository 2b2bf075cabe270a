// SPDX-License-Identifier: MIT
#include <futex2/testing.h>

#include <cerrno>

#include "abi/check.hpp"
#include "abi/instance.hpp"

namespace abi = futex2::abi;
using abi::native;
using futex2::platform::order;
using self = futex2::engine::thread<native>;

extern "C" {

int futex2_testing_pin_node(int node) noexcept {
    abi::native_process* p = abi::instance();
    if (p == nullptr) return -ENOMEM;
    if (node != -1 && !p->has_node(node)) return -EINVAL;
    self::self().pinned.store(node + 1, order::relaxed);
    return 0;
}

int futex2_testing_set_spin(int rounds) noexcept {
    abi::native_process* p = abi::instance();
    if (p == nullptr) return -ENOMEM;
    if (rounds < 0) return -EINVAL;
    return p->most_spins.exchange(rounds, order::relaxed);
}

int futex2_testing_waits_on(void* word, unsigned bits) noexcept {
    const abi::word_flags flags{bits};
    if (const int error = abi::check_wake(word, 1, flags); error != 0) return error;
    if (!flags.is_private()) return -ENOTSUP;
    abi::native_process* p = abi::instance();
    return p == nullptr ? -ENOMEM : futex2::engine::waits_on(*p, word, flags.kind());
}

int futex2_testing_table_of(int index, struct futex2_testing_table* table) noexcept {
    const abi::native_process* p = abi::instance();
    if (p == nullptr) return -ENOMEM;
    if (index < 0 || index >= p->nodes.node_count || table == nullptr) return -EINVAL;
    const int node = p->nodes.nodes[index];
    *table = {node, p->buckets_per_node(), p->table_bytes(), p->table[node]};
    return 0;
}

int futex2_testing_thread_bytes(void) noexcept {
    return static_cast<int>(sizeof(self) + sizeof(futex2::engine::parker<native>) +
                            futex2::engine::entry_bytes);
}

const char* futex2_testing_node_source(void) noexcept {
    if (self::self().pinned.load(order::relaxed) != 0) return "pinned";
    switch (futex2::platform::find_node_source()) {
        case futex2::platform::node_source::rseq_node_id:
            return "rseq node_id";
        case futex2::platform::node_source::rseq_cpu_id:
            return "rseq cpu_id";
        case futex2::platform::node_source::getcpu:
            break;
    }
    return "getcpu";
}

}  // extern "C"
