// SPDX-License-Identifier: MIT
// Words in memory that processes share: waits in one process, wakes in another.
#include <signal.h>

#include <cerrno>
#include <climits>

#include "abi/deadline.hpp"
#include "abi/futex_test.hpp"
#include "abi/shared_memory.hpp"
#include "kernel/calls.hpp"

namespace futex2::abi_test {
namespace {

struct shared_setting {
    origin from;
    word_kind kind;
};

std::vector<shared_setting> shared_words() {
    std::vector<shared_setting> all;
    for (const origin from : all_origins) {
        for (const setting& s : shared_settings()) all.push_back({from, s.kind});
    }
    return all;
}

std::string name_of_word(const testing::TestParamInfo<shared_setting>& info) {
    return name_of(info.param.from) + "_" + info.param.kind.name();
}

// One word, and a child of this process that uses it.
class sharing : public testing::TestWithParam<shared_setting> {
  protected:
    static word_kind kind() { return GetParam().kind; }
    static unsigned flags() { return kind().flags(); }
    static uint64_t all() { return kind().all(); }

    static int wait_on(void* word, const timespec* deadline = nullptr) {
        return futex2_wait(word, 0, all(), flags(), deadline, CLOCK_MONOTONIC);
    }
    int wake(int count) const { return futex2_wake(word, all(), count, flags()); }
    int sleepers() const { return sleepers_on(word, kind()); }

    shared_page page{GetParam().from};
    void* const word = word_in(page.address());

    // The second place for a word, so that a small one has neighbours.
    static void* word_in(void* memory) { return static_cast<char*>(memory) + kind().whole(); }

  private:
    void SetUp() override {
        if (kind().numa) memset(static_cast<char*>(word) + kind().bytes(), 0xff, kind().bytes());
    }
    watchdog watchdog_;
};
INSTANTIATE_TEST_SUITE_P(memory, sharing, testing::ValuesIn(shared_words()), name_of_word);

TEST_P(sharing, a_wake_reaches_another_process) {
    child first([&] { return wait_on(word); });
    until([&] { return sleepers() == 1; });
    child second([&] { return wait_on(word); });
    until([&] { return sleepers() == 2; });
    EXPECT_EQ(wake(0), 0);
    EXPECT_EQ(wake(1), 1);
    EXPECT_EQ(first.result(), 0);
    EXPECT_EQ(sleepers(), 1);
    EXPECT_EQ(futex2_wake(word, all(), INT_MAX, flags() | FUTEX2_WAKE_LOCAL), 1);
    EXPECT_EQ(second.result(), 0);
    EXPECT_EQ(wake(INT_MAX), 0);
}

TEST_P(sharing, what_was_stored_is_seen_where_it_wakes) {
    child waiter([&] {
        const int result = wait_on(word);
        return result != 0 ? result : wait_on(word);
    });
    until([&] { return sleepers() == 1; });
    EXPECT_EQ(futex2_store_wake(word, all(), 1, flags()), 1);
    EXPECT_EQ(waiter.result(), -EAGAIN);
}

TEST_P(sharing, sequences_count_wakes) {
    if (!has_sequence(kind())) GTEST_SKIP() << "has none";
    const auto* sequence = kernel_word(word, kind());
    const auto* node = static_cast<const int32_t*>(word) + 2;
    const auto expect = [&](uint32_t count) {
        EXPECT_EQ(__atomic_load_n(sequence, __ATOMIC_SEQ_CST), count);
        EXPECT_EQ(__atomic_load_n(node, __ATOMIC_SEQ_CST), -1);
    };
    expect(UINT32_MAX);
    EXPECT_EQ(wake(1), 0);
    expect(0);
    EXPECT_EQ(wake(0), 0);
    expect(0);
    EXPECT_EQ(futex2_store_wake(word, 7, 1, flags()), 0);
    expect(1);
    futex_waitv to_itself[2] = {{7, reinterpret_cast<uintptr_t>(word), flags(), 0},
                                {7, reinterpret_cast<uintptr_t>(word), flags(), 0}};
    EXPECT_EQ(futex2_requeue(to_itself, 0, 1, 1), 0);
    expect(2);
    const timespec passed = {0, 0};
    EXPECT_EQ(futex2_wait(word, 7, all(), flags(), &passed, CLOCK_MONOTONIC), -ETIMEDOUT);
    expect(2);
}

TEST_P(sharing, a_private_wake_does_not_reach_a_shared_wait) {
    child waiter([&] { return wait_on(word); });
    until([&] { return sleepers() == 1; });
    const int woken = futex2_wake(word, all(), INT_MAX, flags() | FUTEX2_PRIVATE);
    EXPECT_EQ(woken, 0);
    EXPECT_EQ(sleepers(), 1);
    EXPECT_EQ(wake(1), 1);
    EXPECT_EQ(waiter.result(), 0);
}

TEST_P(sharing, masks_choose_among_processes) {
    child one([&] { return futex2_wait(word, 0, 1, flags(), nullptr, 0); });
    child two([&] { return futex2_wait(word, 0, 2, flags(), nullptr, 0); });
    until([&] { return sleepers() == 2; });
    EXPECT_EQ(futex2_wake(word, 4, INT_MAX, flags()), 0);
    EXPECT_EQ(futex2_wake(word, 2 | 4, INT_MAX, flags()), 1);
    EXPECT_EQ(two.result(), 0);
    EXPECT_EQ(futex2_wake(word, all(), INT_MAX, flags()), 1);
    EXPECT_EQ(one.result(), 0);
}

TEST_P(sharing, a_process_that_dies_leaves_nobody_behind) {
    child killed([&] { return wait_on(word); });
    until([&] { return sleepers() == 1; });
    kill(killed.id(), SIGKILL);
    EXPECT_EQ(killed.result(), INT_MIN);
    EXPECT_EQ(wake(INT_MAX), 0);
}

TEST_P(sharing, a_deadline_passes_in_a_child) {
    const timespec soon = from_now(std::chrono::milliseconds(5), CLOCK_MONOTONIC);
    child waiter([&] { return wait_on(word, &soon); });
    EXPECT_EQ(waiter.result(), -ETIMEDOUT);
    EXPECT_TRUE(has_come(soon, CLOCK_MONOTONIC));
    EXPECT_EQ(sleepers(), 0);
}

TEST_P(sharing, one_word_has_many_addresses) {
    if (GetParam().from == origin::anonymous) GTEST_SKIP() << "has one address in a process";
    void* again = word_in(page.map_again());
    const auto waiter = sleeper([&] { return wait_on(again); });
    until([&] { return sleepers() == 1; });
    EXPECT_EQ(wake(1), 1);
}

// Another process may write anything into a hint, between any two instructions: a destination
// gets a node from it or none.
TEST_P(sharing, garbage_in_a_hint_stays_in_its_word) {
    if (!kind().numa || is_part(kind())) GTEST_SKIP() << "no hint is handed on";
    std::atomic<bool> over = false;
    std::thread vandal([&] {
        auto* node = static_cast<char*>(word) + kind().bytes();
        for (unsigned i = 0; !over; ++i) {
            const uint16_t written = i % 2 == 0 ? 0 : 0x7ffe;
            __atomic_store_n(reinterpret_cast<uint16_t*>(node), written, __ATOMIC_RELAXED);
            if (kind() == shared(u32_numa))
                __atomic_store_n(reinterpret_cast<uint16_t*>(node) + 1, 0, __ATOMIC_RELAXED);
        }
    });
    for (int i = 0; i < 30'000; ++i) {
        guarded_word to(shared(u32_numa));
        futex_waitv both[] = {{0, reinterpret_cast<uintptr_t>(word), flags(), 0},
                              {0, to.address_number(), to.kind().flags(), 0}};
        const int result = futex2_requeue(both, 0, 1, 1);
        EXPECT_TRUE(result == 0 || result == -EINVAL) << result;
        EXPECT_GE(to.hint(), FUTEX_NO_NODE);
        EXPECT_LT(to.hint(), futex2_node_count());
        if (HasFailure()) break;
    }
    over = true;
    vandal.join();
}

TEST_P(sharing, many_words_are_woken_by_one_call) {
    alignas(16) unsigned char own[16] = {};
    word_kind private_kind = kind();
    private_kind.shared = false;
    sleeper here(
        [&] { return futex2_wait(own, 0, all(), private_kind.flags(), nullptr, CLOCK_MONOTONIC); });
    child there([&] { return wait_on(word); });
    until([&] { return here.sleeps() && sleepers() == 1; });
    const futex2_wake_item items[] = {{word, all(), 1, flags()},
                                      {own, all(), INT_MAX, private_kind.flags()}};
    EXPECT_EQ(futex2_wakev(items, 2, 0), 2);
    EXPECT_EQ(here.result(), 0);
    EXPECT_EQ(there.result(), 0);
}

}  // namespace
}  // namespace futex2::abi_test
