// SPDX-License-Identifier: MIT
// Signal handlers that wake, or fork, at every step of a wait, a wake and a
// requeue: invariants 7 and 8 of docs/design.md, without the luck that a signal
// needs to hit the right instruction.
#include <futex2/futex2.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <string_view>
#include <vector>

#include "cpp/watched_thread.hpp"
#include "engine/interruptible.hpp"

namespace futex2::engine::test {
namespace {

using futex2::test::eventually;
using futex2::test::watched_thread;

constexpr timespec long_ago{0, 0};
constexpr deadline passed{&long_ago, CLOCK_MONOTONIC};

// Words whose waiters lie in one and the same bucket, so that a handler needs the
// lock that its thread holds.
struct shared_bucket {
    std::unique_ptr<test_process> p = make_process(1);
    std::vector<futex32_numa> memory = std::vector<futex32_numa>(4096, futex32_numa{0, -1});
    std::vector<futex32_numa*> words;

    explicit shared_bucket(word_kind kind) {
        const auto* first = &bucket_of(*p, memory.data(), kind);
        for (futex32_numa& w : memory)
            if (&bucket_of(*p, &w, kind) == first) words.push_back(&w);
    }
};

class Interrupted : public testing::TestWithParam<word_kind> {
  protected:
    word_kind kind = GetParam();
    shared_bucket s{kind};

    // One operation of each sort, each of which enters the bucket of words[0].
    std::vector<std::pair<const char*, std::function<int()>>> operations() {
        test_process& p = *s.p;
        const auto target = [&p, this](size_t i) { return p.key_of(s.words[i], kind); };
        return {
            {"wait", [=, this, &p] { return wait_for(p, s.words[0], kind, 0, passed); }},
            {"wake", [=, this, &p] { return wake_all(p, s.words[1], kind); }},
            {"requeue",
             [=, &p] {
                 return requeue(p, {target(1), 0}, target(2), 0, 5);
             }},
        };
    }

    std::unique_ptr<watched_thread> waiter_on(futex32_numa* word) {
        auto thread = std::make_unique<watched_thread>("waiter", [this, word] {
            while (__atomic_load_n(&word->value, __ATOMIC_ACQUIRE) == 0)
                wait_for(*s.p, word, kind, 0);
        });
        if (!eventually([&] { return waits_on(*s.p, word, kind) == 1; })) std::abort();
        return thread;
    }

    void release(futex32_numa* word) {
        __atomic_store_n(&word->value, 1, __ATOMIC_RELEASE);
        wake_all(*s.p, word, kind);
    }

    // Runs the operation with the handler at its n-th interrupt point; false: it
    // has fewer.
    bool run_interrupted(const std::function<int()>& operation, int n,
                         std::function<void()> handler, int& result) {
        interrupt& mine = interruptible::mine();
        mine = {n, 0, std::move(handler)};
        result = operation();
        const bool happened = mine.seen > n;
        mine = {};
        return happened;
    }
};

TEST_P(Interrupted, AWakeInAHandlerIsNeverLost) {
    for (auto& [name, operation] : operations()) {
        for (int n = 0;; ++n) {
            SCOPED_TRACE(testing::Message() << name << " interrupted at point " << n);
            futex32_numa* word = s.words[3];
            *word = {0, -1};
            auto bystander = waiter_on(s.words[1]);  // for the wake and the requeue to find
            auto waiter = waiter_on(word);
            int result;
            const bool happened = run_interrupted(
                operation, n, [&] { release(word); }, result);
            if (!happened) release(word);
            waiter->join();  // aborts if the wake was lost
            release(s.words[1]);
            release(s.words[2]);
            bystander->join();
            ASSERT_EQ(result, std::string_view(name) == "wait" ? -ETIMEDOUT : 1);
            ASSERT_TRUE(all_empty(*s.p));
            *s.words[1] = *s.words[2] = {0, -1};
            if (!happened) break;
            ASSERT_LT(n, 100);
        }
    }
}

TEST_P(Interrupted, MoreWakesThanThereIsRoomForAreDoneAll) {
    constexpr size_t n = size_t{3} * deferral<interruptible>::capacity;
    std::vector<std::unique_ptr<watched_thread>> waiters;
    for (size_t i = 1; i <= n; ++i) waiters.push_back(waiter_on(s.words[i]));
    int result;
    // Point 2 is behind the lock.
    ASSERT_TRUE(run_interrupted(
        operations()[0].second, 2,
        [&] {
            ASSERT_GT(test_thread::self().depth.load(order::relaxed), 0u);
            for (size_t i = 1; i <= n; ++i) release(s.words[i]);
        },
        result));
    waiters.clear();       // joins
    EXPECT_EQ(result, 0);  // everybody is woken, the interrupted wait itself too
    EXPECT_TRUE(all_empty(*s.p));
}

// The room is full, and while that is worked off a handler wakes for itself, is interrupted
// behind the lock, and one more wake is deferred.
TEST_P(Interrupted, AWakeThatFindsTheRoomFullAgainIsNotLost) {
    constexpr size_t full = deferral<interruptible>::capacity;
    interrupt& mine = interruptible::mine();
    for (int n = 0, handlers = 3; handlers == 3; ++n) {
        SCOPED_TRACE(testing::Message() << "interrupted again at point " << n);
        std::vector<std::unique_ptr<watched_thread>> waiters;
        for (size_t i = 1; i <= full + 2; ++i) {
            *s.words[i] = {0, -1};
            waiters.push_back(waiter_on(s.words[i]));
        }
        handlers = 0;
        const auto handler = [&] {
            switch (handlers++) {
                case 0:
                    for (size_t i = 1; i <= full; ++i) release(s.words[i]);
                    mine.at = mine.seen + n;
                    break;
                case 1:
                    mine.at = mine.seen + 1;  // behind the lock
                    release(s.words[full + 1]);
                    break;
                default:
                    release(s.words[full + 2]);
            }
        };
        int result;
        ASSERT_TRUE(run_interrupted(operations()[0].second, 2, handler, result));
        for (size_t i = full + 1; i <= full + 2; ++i)
            if (s.words[i]->value == 0) release(s.words[i]);
        for (auto& waiter : waiters) waiter->join();  // aborts if a wake was lost
        ASSERT_TRUE(all_empty(*s.p));
        ASSERT_LT(n, 200);
    }
}

// In a child there is one thread, and nobody else to wake it.
[[noreturn]] void check_child(test_process& p, int result, bool is_wait) {
    if (is_wait && result != -ETIMEDOUT) _exit(10);
    if (test_thread::self().depth.load(order::relaxed) != 0) _exit(11);
    if (!all_empty(p)) _exit(12);
    futex32_numa fresh{0, -1};
    if (wait_for(p, &fresh, numa32, 0, passed) != -ETIMEDOUT) _exit(13);
    if (fresh.hint != -1) _exit(14);
    if (wake_all(p, &fresh, numa32) != 0) _exit(15);
    if (!all_empty(p)) _exit(16);
    _exit(0);
}

TEST_P(Interrupted, AForkInAHandlerLeavesAnEmptyTableToTheChild) {
    for (auto& [name, operation] : operations()) {
        const bool is_wait = std::string_view(name) == "wait";
        for (int n = 0;; ++n) {
            SCOPED_TRACE(testing::Message() << name << " interrupted at point " << n);
            *s.words[0] = *s.words[1] = *s.words[2] = {0, -1};
            auto bystander = waiter_on(s.words[1]);
            pid_t child = -1;
            int result;
            const bool happened = run_interrupted(
                operation, n, [&] { child = fork(); }, result);
            if (happened && child == 0) check_child(*s.p, result, is_wait);
            release(s.words[1]);
            release(s.words[2]);
            bystander->join();
            EXPECT_EQ(result, is_wait ? -ETIMEDOUT : 1);
            EXPECT_TRUE(all_empty(*s.p));
            if (!happened) break;
            int status = -1;
            ASSERT_EQ(waitpid(child, &status, 0), child);
            ASSERT_EQ(status, 0) << "exit status " << WEXITSTATUS(status);
            ASSERT_LT(n, 100);
        }
    }
}

// The value changes when the waiter has said that it comes, and before it holds the lock.
TEST_P(Interrupted, AWaitThatFindsAnotherValueLeavesNoCount) {
    for (int n = 0; n < 3; ++n) {
        *s.words[0] = {0, -1};
        int result;
        ASSERT_TRUE(run_interrupted(
            operations()[0].second, n, [&] { s.words[0]->value = 1; }, result));
        EXPECT_EQ(result, -EAGAIN);
        EXPECT_TRUE(all_empty(*s.p));
    }
}

// On a busy machine a yield lasts a time slice of each thread that it lets run.
TEST_P(Interrupted, AWaitWithADeadlineDoesNotYield) {
    interruptible::mine().yields = 0;
    EXPECT_EQ(wait_for(*s.p, s.words[0], kind, 0, passed), -ETIMEDOUT);
    EXPECT_EQ(interruptible::mine().yields, 0);
}

INSTANTIATE_TEST_SUITE_P(Kinds, Interrupted, testing::Values(plain32, numa32),
                         [](const auto& param_info) {
                             return param_info.param.numa() ? "numa" : "plain";
                         });

std::atomic<pid_t> forked_child;
futex32_numa* word_of_parent;

// The kernel restarts the child's sleep, on a parker that the fork has wiped: the
// child must look at its word again, which no wake will ever tell it.
TEST(Fork, AWaitThatWasAsleepReadsItsWordAgainInTheChild) {
    auto p = make_process(2);
    forked_child = -1;
    futex32_numa word{0, -1};
    word_of_parent = &word;
    struct sigaction action = {};
    action.sa_handler = [](int) {
        const pid_t pid = fork();
        if (pid == 0) word_of_parent->value = 1;
        forked_child = pid;
    };
    action.sa_flags = SA_RESTART;
    sigaction(SIGUSR1, &action, nullptr);

    watched_thread waiter("waiter", [&] {
        while (__atomic_load_n(&word.value, __ATOMIC_ACQUIRE) == 0) wait_for(*p, &word, numa32, 0);
        if (forked_child == 0) _exit(0);
    });
    ASSERT_TRUE(eventually([&] { return __atomic_load_n(&word.hint, __ATOMIC_ACQUIRE) != -1; }));
    waiter.signal(SIGUSR1);
    ASSERT_TRUE(eventually([&] { return forked_child.load() > 0; }));
    int status = -1;
    EXPECT_TRUE(eventually([&] { return waitpid(forked_child, &status, WNOHANG) != 0; }));
    EXPECT_EQ(status, 0);
    __atomic_store_n(&word.value, 1, __ATOMIC_RELEASE);
    EXPECT_EQ(wake_all(*p, &word, numa32), 1);
    waiter.join();
    EXPECT_EQ(word.hint, -1);
}

}  // namespace
}  // namespace futex2::engine::test
