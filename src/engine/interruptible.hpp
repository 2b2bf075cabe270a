// SPDX-License-Identifier: MIT
// For tests: the machine, with a signal handler that runs just where a test wants
// it, and an engine of its own.
#pragma once

#include <functional>
#include <memory>
#include <stdexcept>

#include "engine/engine.hpp"
#include "platform/native.hpp"

namespace futex2::engine::test {

// At its n-th interrupt point a thread calls the handler, as a signal would.
struct interrupt {
    int at = -1;  // -1: never
    int seen = 0;
    std::function<void()> handler;
    int yields = 0;  // of this thread
};

struct interruptible : platform::native {
    static interrupt& mine() {
        static thread_local interrupt i;
        return i;
    }

    static void interrupt_point() {
        interrupt& i = mine();
        if (i.seen++ == i.at) i.handler();
    }
    static void yield() {
        ++mine().yields;
        native::yield();
    }
};

static_assert(platform_like<interruptible>);

using test_process = process<interruptible>;
using test_thread = thread<interruptible>;

inline std::unique_ptr<test_process> make_process(int nodes) {
    auto p = std::make_unique<test_process>();
    if (topology::read(p->nodes, "") != 0 || topology::make_virtual(p->nodes, nodes) != 0)
        throw std::runtime_error("no topology");
    p->seed = 1;
    if (p->build() != 0) throw std::runtime_error("no memory");
    return p;
}

// Where a word's waiters lie in a process of one node.
inline bucket<interruptible>& bucket_of(const test_process& p, const void* word, word_kind kind) {
    const key k = p.key_of(word, kind);
    return kind.numa() ? p.bucket_on(0, k) : p.plain_bucket(k);
}

inline bool all_empty(const test_process& p) {
    for (uint32_t i = 0; i < p.node_count; ++i)
        for (uint32_t n = 0; n < p.buckets_per_node(); ++n) {
            const bucket<interruptible>& b = p.table_at[i][n];
            if (b.count.load(order::relaxed) != 0 || b.root.get() != nullptr) return false;
        }
    return true;
}

inline constexpr word_kind plain32{2};
inline constexpr word_kind numa32{6};

inline int wait_for(test_process& p, void* word, word_kind kind, uint64_t expected,
                    deadline until = {}) {
    return wait(p, word, expected, all_ones(kind.size()), until.time, {until.clock, kind, false})
        .status;
}

inline int wake_all(test_process& p, void* word, word_kind kind) {
    return wake(p, wake_request{word, all_ones(kind.size()), 1 << 30, kind});
}

}  // namespace futex2::engine::test
