// SPDX-License-Identifier: MIT
// No call touches the heap: not the first of the process, not the first of a
// thread, and not with waiters.
#include <futex2/sync.h>
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
    EXPECT_NO_HEAP_CALL(can_be_shared(kind()) ? -EAGAIN : -ENOTSUP,
                        futex2_wait(address, 1, all, flags & ~128u, nullptr, 0));
    EXPECT_NO_HEAP_CALL(0, futex2_wake(address, all, 1, flags));
    EXPECT_NO_HEAP_CALL(is_whole(kind()) ? -ETIMEDOUT : -ENOTSUP,
                        futex2_waitv(many.data(), FUTEX_WAITV_MAX, 0, &passed, 0));
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
    FUTEX2_NEEDS_WAITV();
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

// One object of each type of <futex2/sync.h>; what is locked is so by the main thread.
struct types {
    futex2_mutex mutex = FUTEX2_MUTEX_INIT;
    futex2_numa_mutex numa = FUTEX2_NUMA_MUTEX_INIT(4);
    futex2_shared_mutex shared = FUTEX2_SHARED_MUTEX_INIT;
    futex2_cond condition = FUTEX2_COND_INIT;
    futex2_semaphore semaphore = FUTEX2_SEMAPHORE_INIT(0);
    futex2_event event = FUTEX2_EVENT_INIT;
    futex2_event automatic = FUTEX2_EVENT_AUTOMATIC_INIT;
    futex2_once once = FUTEX2_ONCE_INIT;
};

TEST(no_allocation, in_calls_on_the_types) {
    types t;
    EXPECT_NO_HEAP_CALL(0, futex2_mutex_lock(&t.mutex) + futex2_mutex_unlock(&t.mutex));
    EXPECT_NO_HEAP_CALL(0, futex2_numa_mutex_lock(&t.numa) + futex2_numa_mutex_unlock(&t.numa));
    EXPECT_NO_HEAP_CALL(
        0, futex2_shared_mutex_lock(&t.shared) + futex2_shared_mutex_unlock(&t.shared));
    EXPECT_NO_HEAP_CALL(0, futex2_shared_mutex_lock_shared(&t.shared) +
                               futex2_shared_mutex_unlock_shared(&t.shared));
    EXPECT_NO_HEAP_CALL(0, (futex2_cond_signal(&t.condition), 0));
    EXPECT_NO_HEAP_CALL(0, (futex2_cond_broadcast(&t.condition), 0));
    EXPECT_NO_HEAP_CALL(
        0, futex2_semaphore_release(&t.semaphore, 1) + futex2_semaphore_acquire(&t.semaphore));
    EXPECT_NO_HEAP_CALL(0, (futex2_event_set(&t.event), futex2_event_wait(&t.event)));
    EXPECT_NO_HEAP_CALL(0, (futex2_event_set(&t.automatic), futex2_event_wait(&t.automatic)));
    EXPECT_NO_HEAP_CALL(0, (futex2_once_begin(&t.once) == 1 ? futex2_once_end(&t.once, 1) : void(),
                            futex2_once_begin(&t.once)));
}

TEST(no_allocation, in_calls_on_the_types_that_time_out) {
    const timespec passed = {0, 0};
    types t;
    futex2_mutex_lock(&t.mutex);
    futex2_numa_mutex_lock(&t.numa);
    futex2_shared_mutex_lock_shared(&t.shared);
    EXPECT_NO_HEAP_CALL(-ETIMEDOUT, futex2_mutex_timedlock(&t.mutex, &passed, CLOCK_MONOTONIC));
    EXPECT_NO_HEAP_CALL(-ETIMEDOUT, futex2_numa_mutex_timedlock(&t.numa, &passed, CLOCK_MONOTONIC));
    EXPECT_NO_HEAP_CALL(-ETIMEDOUT,
                        futex2_shared_mutex_timedlock(&t.shared, &passed, CLOCK_REALTIME));
    EXPECT_NO_HEAP_CALL(-ETIMEDOUT,
                        futex2_semaphore_timedacquire(&t.semaphore, &passed, CLOCK_MONOTONIC));
    EXPECT_NO_HEAP_CALL(-ETIMEDOUT, futex2_event_timedwait(&t.event, &passed, CLOCK_MONOTONIC));
    futex2_shared_mutex_unlock_shared(&t.shared);
    futex2_shared_mutex_lock(&t.shared);
    EXPECT_NO_HEAP_CALL(-ETIMEDOUT,
                        futex2_shared_mutex_timedlock_shared(&t.shared, &passed, CLOCK_REALTIME));
    futex2_shared_mutex_unlock(&t.shared);
    futex2_numa_mutex_unlock(&t.numa);
    futex2_mutex_unlock(&t.mutex);
    EXPECT_NO_HEAP_CALL(-ETIMEDOUT, (futex2_mutex_lock(&t.mutex), [&] {
        const int error = futex2_cond_timedwait(&t.condition, &t.mutex, &passed, 0);
        futex2_mutex_unlock(&t.mutex);
        return error;
    }()));
}

// A wait that the main thread ends when it is queued on the word.
void expect_no_heap_call_in_wait(void* word, unsigned size, const std::function<int()>& wait,
                                 const std::function<void()>& end) {
    int in_wait = -1, status = -1;
    std::thread waiter([&] { in_wait = heap_calls_in([&] { status = wait(); }); });
    until([=] { return futex2_testing_waits_on(word, size | FUTEX2_PRIVATE) == 1; });
    EXPECT_EQ(heap_calls_in(end), 0);
    waiter.join();
    EXPECT_EQ(status, 0);
    EXPECT_EQ(in_wait, 0);
}

TEST(no_allocation, in_waits_on_the_types_and_what_ends_them) {
    const watchdog guard;
    types t;
    futex2_mutex_lock(&t.mutex);
    expect_no_heap_call_in_wait(
        &t.mutex.state, FUTEX2_SIZE_U8,
        [&] { return futex2_mutex_lock(&t.mutex) + futex2_mutex_unlock(&t.mutex); },
        [&] { futex2_mutex_unlock(&t.mutex); });
    futex2_numa_mutex_lock(&t.numa);
    expect_no_heap_call_in_wait(
        &t.numa.state, FUTEX2_SIZE_U8,
        [&] { return futex2_numa_mutex_lock(&t.numa) + futex2_numa_mutex_unlock(&t.numa); },
        [&] { futex2_numa_mutex_unlock(&t.numa); });
    const auto write = [&] {
        return futex2_shared_mutex_lock(&t.shared) + futex2_shared_mutex_unlock(&t.shared);
    };
    futex2_shared_mutex_lock(&t.shared);
    expect_no_heap_call_in_wait(&t.shared.state, FUTEX2_SIZE_U32, write,
                                [&] { futex2_shared_mutex_unlock(&t.shared); });
    futex2_shared_mutex_lock_shared(&t.shared);
    expect_no_heap_call_in_wait(&t.shared.drain, FUTEX2_SIZE_U32, write,
                                [&] { futex2_shared_mutex_unlock_shared(&t.shared); });
    const auto wait_for_condition = [&] {
        return futex2_mutex_lock(&t.mutex) + futex2_cond_wait(&t.condition, &t.mutex) +
               futex2_mutex_unlock(&t.mutex);
    };
    expect_no_heap_call_in_wait(&t.condition.sequence, FUTEX2_SIZE_U64, wait_for_condition,
                                [&] { futex2_cond_signal(&t.condition); });
    expect_no_heap_call_in_wait(&t.condition.sequence, FUTEX2_SIZE_U64, wait_for_condition, [&] {
        futex2_mutex_lock(&t.mutex);
        futex2_cond_broadcast(&t.condition);
        futex2_mutex_unlock(&t.mutex);
    });
    expect_no_heap_call_in_wait(
        &t.semaphore.state, FUTEX2_SIZE_U32, [&] { return futex2_semaphore_acquire(&t.semaphore); },
        [&] { futex2_semaphore_release(&t.semaphore, 1); });
    expect_no_heap_call_in_wait(
        &t.event.set, FUTEX2_SIZE_U8, [&] { return futex2_event_wait(&t.event); },
        [&] { futex2_event_set(&t.event); });
    futex2_once_begin(&t.once);
    expect_no_heap_call_in_wait(
        &t.once.state, FUTEX2_SIZE_U8, [&] { return futex2_once_begin(&t.once); },
        [&] { futex2_once_end(&t.once, 1); });
}

}  // namespace
}  // namespace futex2::abi_test
