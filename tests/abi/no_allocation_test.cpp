// SPDX-License-Identifier: MIT
// No call touches the heap: not the first of the process, not the first of a
// thread, and not with waiters.
#include <futex2/testing.h>

#include <cerrno>
#include <climits>
#include <cstdlib>
#include <new>

#include "abi/allocation_count.hpp"
#include "abi/futex_test.hpp"

namespace futex2::abi_test {
namespace {

// Before main(), when nothing else has called the library.
int first_status = 0;
const int heap_calls_in_the_first_call = heap_calls_in([] {
    uint32_t word = 0;
    const timespec passed = {0, 0};
    first_status = futex2_wait(&word, 0, UINT32_MAX, u32.flags(), &passed, CLOCK_MONOTONIC);
});

TEST(no_allocation, in_the_first_call_of_the_process) {
    EXPECT_EQ(first_status, -ETIMEDOUT);
    EXPECT_EQ(heap_calls_in_the_first_call, 0);
}

// Volatile, or the compiler leaves out what nobody uses.
void* volatile kept;

TEST(no_allocation, would_be_seen) {
    EXPECT_EQ(heap_calls_in([] { kept = malloc(10); }), 1);
    EXPECT_GE(heap_calls_in([] { kept = realloc(kept, 100'000'000); }), 1);
    EXPECT_EQ(heap_calls_in([] { free(kept); }), 1);
    EXPECT_EQ(heap_calls_in([] { kept = calloc(10, 10); }), 1);
    EXPECT_EQ(heap_calls_in([] { free(kept); }), 1);
    EXPECT_EQ(heap_calls_in([] { kept = aligned_alloc(64, 64); }), counts_aligned_calls() ? 1 : 0);
    EXPECT_EQ(heap_calls_in([] { free(kept); }), 1);
    EXPECT_EQ(heap_calls_in([] { kept = ::operator new(10); }), 1);
    EXPECT_EQ(heap_calls_in([] { ::operator delete(kept); }), 1);
}

class no_allocation : public futex_test {
  protected:
    futex_waitv entry(guarded_word& of) const {
        return {initial_value, of.address_number(), kind().flags(), 0};
    }

    guarded_word word = make_word();
    guarded_word other = make_word();
};
FUTEX2_ON_THE_LIBRARY(no_allocation);

// Runs a call as the first of a new thread.
struct first_call {
    int status = 0;
    int heap_calls = 0;

    explicit first_call(const std::function<int()>& call) {
        std::thread thread([&] { heap_calls = heap_calls_in([&] { status = call(); }); });
        thread.join();
    }
};

#define EXPECT_NO_HEAP_CALL(answer, ...)                    \
    do {                                                    \
        const first_call done([&] { return __VA_ARGS__; }); \
        EXPECT_EQ(done.status, answer);                     \
        EXPECT_EQ(done.heap_calls, 0);                      \
    } while (false)

TEST_P(no_allocation, in_the_first_call_of_a_thread) {
    const uint64_t all = kind().all();
    const unsigned flags = kind().flags();
    void* const address = word.address();
    const timespec passed = {0, 0};
    std::vector<futex_waitv> many(FUTEX_WAITV_MAX, entry(word));
    const std::vector<futex2_wake_item> items(FUTEX_WAITV_MAX, {address, all, 1, flags});

    EXPECT_NO_HEAP_CALL(-EAGAIN, futex2_wait(address, 1, all, flags, nullptr, 0));
    EXPECT_NO_HEAP_CALL(-ETIMEDOUT, futex2_wait(address, initial_value, all, flags, &passed, 0));
    EXPECT_NO_HEAP_CALL(-ETIMEDOUT, futex2_wait(address, initial_value, all, flags | FUTEX2_MPOL,
                                                &passed, CLOCK_REALTIME));
    EXPECT_NO_HEAP_CALL(-EINVAL, futex2_wait(address, 1, 0, flags, nullptr, 0));
    EXPECT_NO_HEAP_CALL(-ENOSYS, futex2_wait(address, 1, all, flags & ~128u, nullptr, 0));
    EXPECT_NO_HEAP_CALL(0, futex2_wake(address, all, 1, flags));
    EXPECT_NO_HEAP_CALL(-ETIMEDOUT, futex2_waitv(many.data(), FUTEX_WAITV_MAX, 0, &passed, 0));
    EXPECT_NO_HEAP_CALL(0, futex2_requeue(many.data(), 0, 1, 1));
    EXPECT_NO_HEAP_CALL(0, futex2_wakev(items.data(), FUTEX_WAITV_MAX, 0));
    EXPECT_NO_HEAP_CALL(0, futex2_store_wake(address, initial_value, 1, flags));
}

TEST(no_allocation, in_calls_about_the_library) {
    EXPECT_NO_HEAP_CALL(1, futex2_current_node() >= 0);
    EXPECT_NO_HEAP_CALL(1, futex2_node_count() >= 1);
    EXPECT_NO_HEAP_CALL(1, futex2_version() != nullptr);
}

TEST_P(no_allocation, in_a_wait_and_the_wake_that_ends_it) {
    int in_wait = -1;
    const auto waiter = asleep(word, [&] {
        int status = 0;
        in_wait = heap_calls_in([&] {
            status = futex2_wait(word.address(), initial_value, kind().all(), kind().flags(),
                                 nullptr, 0);
        });
        return status;
    });
    EXPECT_NO_HEAP_CALL(1, futex2_wake(word.address(), kind().all(), 1, kind().flags()));
    EXPECT_EQ(waiter->result(), 0);
    EXPECT_EQ(in_wait, 0);
}

TEST_P(no_allocation, in_a_wait_on_many_its_requeue_and_the_wakes) {
    std::vector<guarded_word> words(FUTEX_WAITV_MAX, make_word());
    std::vector<futex_waitv> entries;
    for (guarded_word& one : words) entries.push_back(entry(one));
    int in_wait = -1;
    const auto waiter = asleep(words.back(), [&] {
        int status = 0;
        in_wait = heap_calls_in(
            [&] { status = futex2_waitv(entries.data(), FUTEX_WAITV_MAX, 0, nullptr, 0); });
        return status;
    });
    futex_waitv from_to[] = {entries[5], entry(other)};
    EXPECT_NO_HEAP_CALL(1, futex2_requeue(from_to, 0, 0, 1));
    const futex2_wake_item items[] = {
        {word.address(), kind().all(), 1, kind().flags()},
        {other.address(), kind().all(), 1, kind().flags()},
    };
    EXPECT_NO_HEAP_CALL(1, futex2_wakev(items, 2, 0));
    EXPECT_EQ(waiter->result(), 5);
    EXPECT_EQ(in_wait, 0);
}

TEST_P(no_allocation, in_a_store_that_wakes) {
    const auto waiter = asleep_on(word);
    EXPECT_NO_HEAP_CALL(1, futex2_store_wake(word.address(), 1, 1, kind().flags()));
    EXPECT_EQ(waiter->result(), 0);
}

}  // namespace
}  // namespace futex2::abi_test
