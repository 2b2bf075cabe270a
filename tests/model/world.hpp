// SPDX-License-Identifier: MIT
// The engine in a world of two nodes, a few threads and a few words, made anew for each
// schedule.
#pragma once

#include <sys/mman.h>

#include <climits>

#include "engine/seat_pool.hpp"
#include "model/modelled.hpp"

namespace futex2::engine {

// The seats of a few threads: which of them are free is not what is modelled.
template <>
class seat_pool<model::modelled> {
  public:
    seat<model::modelled> take(int) {
        const int i = taken_++;
        return {&parkers_[i], &places_[i]};
    }

  private:
    int taken_ = 0;
    parker<model::modelled> parkers_[model::modelled::max_threads];
    entry<model::modelled> places_[model::modelled::max_threads];
};

// For the history of a schedule that fails.
inline std::ostream& operator<<(std::ostream& out, stored_kind kind) {
    return out << int{kind.bits};
}

}  // namespace futex2::engine

#include "engine/engine.hpp"

namespace futex2::model {

using engine::word_kind;

inline constexpr word_kind plain{2};
inline constexpr word_kind numa{6};
inline constexpr timespec some_time{};  // a deadline; relacy chooses when it passes

class world {
  public:
    world() {
        process_.nodes.node_count = modelled::max_nodes;
        process_.nodes.narrow_count = modelled::max_nodes;
        process_.nodes.cpu_count = process_.nodes.cpu_limit = 1;
        process_.nodes.is_virtual = false;
        for (int16_t i = 0; i < modelled::max_nodes; ++i)
            process_.nodes.nodes[i] = process_.nodes.index_of_node[i] = i;
        process_.seed = 1;
        process_.build();
        for (int i = 0; i < modelled::max_threads; ++i)
            modelled::threads[i] = {.node = i % modelled::max_nodes,
                                    .object = &threads_[i],
                                    .time = 1'000'000'000,
                                    .handler = nullptr,
                                    .sleeps_on = nullptr,
                                    .bed = &beds_[i]};
        for (size_t i = 0; i < count; ++i) std::construct_at(&at(i), -1);
    }
    world(const world&) = delete;
    world& operator=(const world&) = delete;
    ~world() {
        for (size_t i = 0; i < count; ++i) std::destroy_at(&at(i));
        process_.destroy();
    }

    word& at(size_t i) { return words_[i].object; }
    engine::process<modelled>& process() { return process_; }

    // The user gives the word a node; before the threads begin.
    void set_hint(size_t i, int32_t node) {
        at(i).compare_exchange_hint(-1, node);
        hint_at_rest_[i] = node;
    }

    // As a program that frees an object with the word inside.
    void free(size_t i) { at(i).free(); }

    int wait(size_t i, word_kind kind, const timespec* until = nullptr) {
        return engine::wait(process_, &at(i), 0, UINT32_MAX, until, {CLOCK_MONOTONIC, kind, false})
            .status;
    }
    // Waits until the word's value is no longer 0.
    void wait_for_change(size_t i, word_kind kind) {
        while (at(i).value() == 0) {
            const int status = wait(i, kind);
            RL_ASSERT(status == 0 || status == -EAGAIN || status == -EINTR);
        }
    }
    int wake(size_t i, word_kind kind, int n = INT_MAX) {
        return engine::wake(process_, {&at(i), UINT32_MAX, n, kind});
    }
    int change_and_wake(size_t i, word_kind kind, int n = INT_MAX) {
        at(i).store_value(1, order::relaxed);
        return wake(i, kind, n);
    }
    int store_wake(size_t i, word_kind kind) {
        return engine::store_wake(process_, {&at(i), UINT32_MAX, INT_MAX, kind}, 1);
    }
    int requeue(size_t from, word_kind from_kind, size_t to, word_kind to_kind) {
        return engine::requeue(process_, {process_.key_of(&at(from), from_kind), 0},
                               process_.key_of(&at(to), to_kind), 0, INT_MAX);
    }
    int wakev(word_kind kind) {
        const engine::wake_request requests[] = {{&at(0), UINT32_MAX, INT_MAX, kind},
                                                 {&at(1), UINT32_MAX, INT_MAX, kind}};
        return engine::wakev<modelled, 2>(process_, 2, [&](int i) { return requests[i]; });
    }
    // On words 0 and 1.
    int waitv(word_kind kind, const timespec* until = nullptr) {
        engine::waiter<modelled> w;
        engine::entry<modelled> entries[2];
        for (uint8_t i = 0; i < 2; ++i)
            engine::prepare(process_, engine::thread<modelled>::self(), entries[i], w,
                            {process_.key_of(&at(i), kind), 0, ~uint64_t{0}, false}, i, false);
        return engine::waitv(process_, w, entries, 2, {until, CLOCK_MONOTONIC}).status;
    }

    // When all threads are through: nobody is queued, and no word has another hint than the
    // user gave it.
    void check_quiet() {
        for (int n = 0; n < modelled::max_nodes; ++n)
            for (uint32_t i = 0; i < process_.buckets_per_node(); ++i) {
                const engine::bucket<modelled>& b = process_.table[n][i];
                RL_ASSERT(b.root.get() == nullptr);
                RL_ASSERT(b.count.load(order::relaxed) == 0);
            }
        for (size_t i = 0; i < count; ++i)
            if (!at(i).freed()) RL_ASSERT(at(i).hint() == hint_at_rest_[i]);
    }

  private:
    static constexpr size_t count = 2;

    // At addresses that are the same in every build, as the buckets that they choose are.
    union place {
        place() {}
        ~place() {}
        alignas(64) word object;
    };
    static place* memory_of_words() {
        void* const address = reinterpret_cast<void*>(0x10000000);
        void* const memory = mmap(address, count * sizeof(place), PROT_READ | PROT_WRITE,
                                  MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
        if (memory != address) std::abort();
        return static_cast<place*>(memory);
    }
    static inline place* const words_ = memory_of_words();

    int32_t hint_at_rest_[count] = {-1, -1};
    engine::process<modelled> process_;
    engine::thread<modelled> threads_[modelled::max_threads]{};
    rl::atomic<uint32_t> beds_[modelled::max_threads];
};

}  // namespace futex2::model
