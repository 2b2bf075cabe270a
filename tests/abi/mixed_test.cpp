// SPDX-License-Identifier: MIT
// What ends a wait on private and on shared words, which two different sides may end at once.
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <climits>

#include "abi/deadline.hpp"
#include "abi/futex_test.hpp"
#include "abi/shared_memory.hpp"

namespace futex2::abi_test {
namespace {

constexpr word_kind privately(word_kind kind) {
    return {kind.size, kind.numa};
}

// Private words of the kind a and c, and shared ones b and d.
class waiting_on_both : public futex_test {
  protected:
    void SetUp() override {
        futex_test::SetUp();
        if (!library_uses("waitv")) GTEST_SKIP() << "not by this FUTEX2_KERNEL";
    }

    std::unique_ptr<sleeper> asleep_on_all() { return asleep_on_many(all()); }
    std::vector<guarded_word*> all() { return {&a, &b, &c, &d}; }

    // Nobody waits, and the library has taken its hints back.
    void expect_nobody() {
        for (guarded_word* word : all()) {
            EXPECT_EQ(queued(*word), 0);
            if (word->kind().numa && !word->kind().shared) {
                EXPECT_EQ(word->hint(), FUTEX_NO_NODE);
            }
        }
    }

    guarded_word a{privately(kind())};
    guarded_word b{kind()};
    guarded_word c{privately(kind())};
    guarded_word d{kind()};
};
INSTANTIATE_TEST_SUITE_P(engines, waiting_on_both,
                         testing::ValuesIn(only(is_whole, shared_settings())), name_of_setting);

TEST_P(waiting_on_both, returns_the_index_of_the_word_that_was_woken) {
    for (size_t index = 0; index < all().size(); ++index) {
        const auto waiter = asleep_on_all();
        for (guarded_word* word : all()) EXPECT_EQ(queued(*word), 1);
        EXPECT_EQ(wake(*all()[index], INT_MAX), 1);
        EXPECT_EQ(waiter->result(), static_cast<int>(index));
        EXPECT_EQ(waiter->errno_after(), 0);
        expect_nobody();
    }
}

TEST_P(waiting_on_both, compares_each_value) {
    for (guarded_word* word : all()) {
        std::vector<futex_waitv> array;
        for (guarded_word* one : all())
            array.push_back({one->value(), one->address_number(), one->kind().flags(), 0});
        word->set_value(initial_value ^ 1);
        EXPECT_EQ(on().waitv(array.data(), 4, 0, nullptr, 0), -EAGAIN);
        word->set_value(initial_value);
        expect_nobody();
    }
}

TEST_P(waiting_on_both, ends_at_its_deadline) {
    const timespec soon = from_now(std::chrono::milliseconds(5), CLOCK_MONOTONIC);
    EXPECT_EQ(waitv(all(), &soon), -ETIMEDOUT);
    EXPECT_TRUE(has_come(soon, CLOCK_MONOTONIC));
    expect_nobody();
}

TEST_P(waiting_on_both, is_ended_by_a_signal) {
    handle(SIGUSR1, 0);
    const auto waiter = asleep_on_all();
    waiter->send(SIGUSR1);
    EXPECT_EQ(waiter->result(), -EINTR);
    expect_nobody();
}

TEST_P(waiting_on_both, is_not_ended_by_a_signal_that_restarts) {
    handle(SIGUSR1, SA_RESTART);
    const auto waiter = asleep_on_all();
    for (int i = 0; i < 3; ++i) waiter->interrupt(SIGUSR1);
    EXPECT_FALSE(waiter->returned());
    EXPECT_EQ(wake(c, 1), 1);
    EXPECT_EQ(waiter->result(), 2);
    expect_nobody();
}

TEST_P(waiting_on_both, keeps_its_index_when_it_is_requeued) {
    guarded_word other(privately(kind()));
    guarded_word other_shared(kind());
    const auto first = asleep_on_all();
    EXPECT_EQ(requeue(c, other, 0, 1), 1);
    EXPECT_EQ(wake(other, 1), 1);
    EXPECT_EQ(first->result(), 2);
    const auto second = asleep_on_all();
    EXPECT_EQ(requeue(d, other_shared, 0, 1), 1);
    EXPECT_EQ(wake(other_shared, 1), 1);
    EXPECT_EQ(second->result(), 3);
    expect_nobody();
}

TEST_P(waiting_on_both, takes_as_many_words_as_the_kernel) {
    constexpr size_t most = FUTEX_WAITV_MAX;
    for (const size_t shared_ones : {size_t{1}, most / 2, most - 1}) {
        std::vector<guarded_word> words;
        std::vector<guarded_word*> pointers;
        words.reserve(most);
        for (size_t i = 0; i < most; ++i)
            pointers.push_back(
                &words.emplace_back(i < most - shared_ones ? privately(kind()) : kind()));
        for (const size_t index : {size_t{0}, most - 1}) {
            const auto waiter = asleep_on_many(pointers);
            EXPECT_EQ(wake(words[index], INT_MAX), 1);
            EXPECT_EQ(waiter->result(), static_cast<int>(index));
        }
    }
}

TEST_P(waiting_on_both, is_ended_by_another_process) {
    shared_page page(origin::memfd);
    void* word = page.address();
    if (kind().numa) memset(static_cast<char*>(word) + kind().bytes(), 0xff, kind().bytes());
    futex_waitv words[] = {
        {initial_value, a.address_number(), a.kind().flags(), 0},
        {0, reinterpret_cast<uintptr_t>(word), kind().flags(), 0},
    };
    sleeper waiter([&] { return futex2_waitv(words, 2, 0, nullptr, 0); });
    until([&] { return sleepers_on(word, kind()) == 1; });
    child waker([&] { return futex2_wake(word, kind().all(), 1, kind().flags()); });
    EXPECT_EQ(waker.result(), 1);
    EXPECT_EQ(waiter.result(), 1);
    expect_nobody();
}

// ThreadSanitizer runs no handler in a thread that sleeps in a system call of the library's own.
#ifdef __SANITIZE_THREAD__
constexpr bool runs_handlers = false;
#else
constexpr bool runs_handlers = true;
#endif

void fork_here(int) {
    fork();
}

// In a child that a handler forks while its parent's thread sleeps, the wait begins again: the
// shared word is still the same, and nobody knows of the private one.
TEST_P(waiting_on_both, goes_on_in_a_forked_child) {
    if (!runs_handlers) GTEST_SKIP() << "ThreadSanitizer puts the handler off";
    shared_page page(origin::anonymous);
    auto* answers = static_cast<std::atomic<int>*>(page.address());  // of the two, plus 1
    void* word = answers + 4;
    if (kind().numa) memset(static_cast<char*>(word) + kind().bytes(), 0xff, kind().bytes());
    futex_waitv words[] = {
        {initial_value, a.address_number(), a.kind().flags(), 0},
        {0, reinterpret_cast<uintptr_t>(word), kind().flags(), 0},
    };
    child tree([&] {
        signal(SIGUSR2, fork_here);
        const pid_t own = getpid();
        std::thread waiter([&] {
            const int index = futex2_waitv(words, 2, 0, nullptr, 0);
            const bool is_child = getpid() != own;
            answers[is_child ? 1 : 0] = 1 + index;
            if (is_child) _exit(0);
        });
        until([&] { return sleepers_on(word, kind()) == 1; });
        pthread_kill(waiter.native_handle(), SIGUSR2);
        until([&] { return sleepers_on(word, kind()) == 2; });
        const int woken = futex2_wake(word, kind().all(), INT_MAX, kind().flags());
        waiter.join();
        until([&] { return answers[1] != 0; });
        return woken;
    });
    EXPECT_EQ(tree.result(), 2);
    EXPECT_EQ(answers[0], 2);
    EXPECT_EQ(answers[1], 2);
}

// Both words are woken before the waiter runs, most of the time. If it reports the private
// one, whoever sleeps behind it on the shared one has got that wake.
TEST_P(waiting_on_both, hands_a_shared_wake_on) {
    int handed_on = 0;
    for (int i = 0; i < 100 || (handed_on == 0 && i < 10'000); ++i) {
        const auto both = asleep_on_many({&a, &b});
        const auto behind = asleep_on(b);
        guarded_word& first = i % 2 == 0 ? a : b;
        ASSERT_EQ(wake(first, 1), 1);
        const int second = wake(i % 2 == 0 ? b : a, 1);
        if (both->result() == 0) {
            ASSERT_EQ(second, 1);
            if (i % 2 == 1) ++handed_on;
        } else {
            ASSERT_EQ(second, 0);
            ASSERT_EQ(wake(b, INT_MAX), 1);
        }
        ASSERT_EQ(behind->result(), 0);
    }
    EXPECT_GT(handed_on, 0);
}

}  // namespace
}  // namespace futex2::abi_test
