// SPDX-License-Identifier: MIT
// Words of 8 and 16 bits that processes share: what lies beside them in the 32 bits that the
// kernel knows does not matter to them.
#include <signal.h>

#include <cerrno>
#include <climits>

#include "abi/deadline.hpp"
#include "abi/futex_test.hpp"
#include "abi/shared_memory.hpp"
#include "kernel/calls.hpp"

namespace futex2::abi_test {
namespace {

// All words of a kind that share a container.
class narrow_words : public futex_test {
  protected:
    static constexpr unsigned size = 4;

    unsigned count() const { return size / kind().whole(); }
    void* at(unsigned i) { return bytes_ + i * kind().whole(); }
    int wait_at(unsigned i, const timespec* deadline = nullptr) {
        return futex2_wait(at(i), 0, kind().all(), kind().flags(), deadline, CLOCK_MONOTONIC);
    }
    int wake_at(unsigned i, int most) {
        return futex2_wake(at(i), kind().all(), most, kind().flags());
    }
    void store(unsigned i, uint8_t value) {
        __atomic_store_n(static_cast<uint8_t*>(at(i)), value, __ATOMIC_SEQ_CST);
    }
    int sleepers() { return sleepers_on(bytes_, kind()); }

    // A thread that sleeps on the i-th word.
    std::unique_ptr<sleeper> asleep_at(unsigned i) {
        const int before = sleepers();
        auto made = std::make_unique<sleeper>([this, i] { return wait_at(i); });
        until([&] { return made->returned() || (sleepers() > before && made->sleeps()); });
        return made;
    }

  private:
    void SetUp() override {
        futex_test::SetUp();
        if (!kind().numa) return;
        for (unsigned i = 0; i < count(); ++i)
            memset(static_cast<char*>(at(i)) + kind().bytes(), 0xff, kind().bytes());
    }
    alignas(16) unsigned char bytes_[size] = {};
};
INSTANTIATE_TEST_SUITE_P(engines, narrow_words, testing::ValuesIn(only(is_part, shared_settings())),
                         name_of_setting);

TEST_P(narrow_words, are_woken_by_their_own_wakes) {
    std::vector<std::unique_ptr<sleeper>> waiters;
    for (unsigned i = 0; i < count(); ++i) waiters.push_back(asleep_at(i));
    for (unsigned i = count(); i-- > 0;) {
        EXPECT_EQ(wake_at(i, INT_MAX), 1);
        EXPECT_EQ(waiters[i]->result(), 0);
        EXPECT_EQ(wake_at(i, INT_MAX), 0);
        EXPECT_EQ(sleepers(), static_cast<int>(i));
    }
}

// The kernel compares all of the container when it restarts the wait.
TEST_P(narrow_words, do_not_heed_a_change_beside_them) {
    handle(SIGUSR1, SA_RESTART);
    const auto waiter = asleep_at(0);
    for (unsigned i = 1; i < count(); ++i) store(i, 7);
    waiter->interrupt(SIGUSR1);
    EXPECT_FALSE(waiter->returned());
    EXPECT_EQ(wake_at(0, 1), 1);
    EXPECT_EQ(waiter->result(), 0);
}

TEST_P(narrow_words, heed_a_change_of_their_own) {
    handle(SIGUSR1, SA_RESTART);
    const auto waiter = asleep_at(count() - 1);
    store(count() - 1, 7);
    waiter->interrupt(SIGUSR1);
    EXPECT_EQ(waiter->result(), -EAGAIN);
}

TEST_P(narrow_words, keep_their_deadline_beside_one_that_changes_always) {
    if (count() == 1) GTEST_SKIP() << "none beside it";
    std::atomic<bool> over = false;
    std::thread neighbour([&] {
        for (uint8_t value = 0; !over; ++value) store(1, value);
    });
    for (int i = 0; i < 20; ++i) {
        const timespec soon = from_now(std::chrono::milliseconds(2), CLOCK_MONOTONIC);
        EXPECT_EQ(wait_at(0, &soon), -ETIMEDOUT);
        EXPECT_TRUE(has_come(soon, CLOCK_MONOTONIC));
    }
    over = true;
    neighbour.join();
}

// The kernel would move those that sleep on their neighbours, too.
TEST_P(narrow_words, are_woken_where_they_would_be_moved) {
    guarded_word to = make_word();
    const auto beside = count() > 1 ? asleep_at(1) : nullptr;
    const auto first = asleep_at(0);
    const auto second = asleep_at(0);
    const auto third = asleep_at(0);
    futex_waitv from_to[] = {{0, reinterpret_cast<uintptr_t>(at(0)), kind().flags(), 0},
                             {0, to.address_number(), kind().flags(), 0}};
    EXPECT_EQ(futex2_requeue(from_to, 0, 0, 0), 0);
    EXPECT_EQ(futex2_requeue(from_to, 0, 1, 1), 2);
    EXPECT_EQ(first->result(), 0);
    EXPECT_EQ(second->result(), 0);
    EXPECT_FALSE(third->returned());
    EXPECT_EQ(wake(to, INT_MAX), 0);
    from_to[0].val = 7;
    EXPECT_EQ(futex2_requeue(from_to, 0, INT_MAX, INT_MAX), -EAGAIN);
    from_to[0].val = 0;
    EXPECT_EQ(futex2_requeue(from_to, 0, INT_MAX, INT_MAX), 1);
    EXPECT_EQ(third->result(), 0);
    if (beside != nullptr) {
        EXPECT_FALSE(beside->returned());
        EXPECT_EQ(wake_at(1, INT_MAX), 1);
    }
}

TEST_P(narrow_words, take_no_waiters_of_others) {
    guarded_word from(shared(u32));
    const auto waiter = asleep(from, [&] {
        return on().wait(from.address(), initial_value, UINT32_MAX, shared(u32).flags(), nullptr,
                         0);
    });
    futex_waitv from_to[] = {{initial_value, from.address_number(), shared(u32).flags(), 0},
                             {0, reinterpret_cast<uintptr_t>(at(0)), kind().flags(), 0}};
    EXPECT_EQ(futex2_requeue(from_to, 0, 0, INT_MAX), 1);
    EXPECT_EQ(waiter->result(), 0);
    EXPECT_EQ(sleepers(), 0);
}

}  // namespace
}  // namespace futex2::abi_test
