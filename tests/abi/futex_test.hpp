// SPDX-License-Identifier: MIT
// What the tests with waiters stand on: one suite, run over this library with
// every kind of word and over the kernel with words of 32 bits.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "abi/engine.hpp"
#include "abi/sleeper.hpp"
#include "abi/word.hpp"

namespace futex2::abi_test {

/** What a suite runs over. */
struct setting {
    const engine& (*on)();
    word_kind kind;
};

/** The library, with private words of every kind; with words that processes can share. */
std::vector<setting> library_settings();
std::vector<setting> shared_settings();
std::vector<setting> all_library_settings();
/** These, and the kernel. */
std::vector<setting> all_settings();
/** Those for whose kind of word it holds. */
std::vector<setting> only(bool (*holds)(word_kind), const std::vector<setting>& settings);
constexpr bool is_private(word_kind kind) {
    return !kind.shared;
}
constexpr bool is_private_numa(word_kind kind) {
    return kind.numa && !kind.shared;
}
std::string name_of_setting(const testing::TestParamInfo<setting>& info);

/** Kills the program, with the test's name, if a test takes a minute. */
class watchdog {
  public:
    watchdog();
    watchdog(const watchdog&) = delete;
    watchdog& operator=(const watchdog&) = delete;
    ~watchdog();
};

/**
 * Calls on words of the setting's kind, for any waiter unless a mask is given.
 * Waiters do not spin, so that one that is asleep has told the kernel so, and each
 * acts as if it ran on another node than the one before.
 */
class futex_calls {
  public:
    explicit futex_calls(const setting& s) : on_(s.on()), kind_(s.kind) {}

    const engine& on() const { return on_; }
    bool is_library() const { return &on_ == &library(); }
    /** Whether it is the library, and not the kernel, that knows who waits. */
    bool in_user_space() const { return is_library() && !kind_.shared; }
    /** Whether several words can be waited on at once. */
    bool has_waitv() const {
        return in_user_space() || !is_library() || (is_whole(kind_) && library_uses("waitv"));
    }
    word_kind kind() const { return kind_; }
    guarded_word make_word() const { return guarded_word(kind_); }

    int wake(guarded_word& word, int count) const;
    int wake(guarded_word& word, int count, uint64_t mask) const;
    int requeue(guarded_word& from, guarded_word& to, int wake, int requeue) const;

    /** How many wait on the word: what a requeue to itself would move, had the word none beside it.
     */
    int queued(guarded_word& word) const;

    /** Waits, for the value that the word has. */
    int wait(guarded_word& word, const timespec* deadline = nullptr,
             clockid_t clock = CLOCK_MONOTONIC) const;
    int wait_mask(guarded_word& word, uint64_t mask) const;
    int waitv(const std::vector<guarded_word*>& words, const timespec* deadline = nullptr,
              clockid_t clock = CLOCK_MONOTONIC) const;

    /** A thread in one of these waits, asleep. */
    std::unique_ptr<sleeper> asleep_on(guarded_word& word);
    std::unique_ptr<sleeper> asleep_on_mask(guarded_word& word, uint64_t mask);
    std::unique_ptr<sleeper> asleep_on_many(const std::vector<guarded_word*>& words);

    /** A thread in any wait, asleep, or through with it; last is what it queues on last. */
    std::unique_ptr<sleeper> asleep(guarded_word& last, std::function<int()> wait);

  private:
    const engine& on_;
    word_kind kind_;
    int next_ = 0;  // sleeper
};

class futex_test : public testing::TestWithParam<setting>, protected futex_calls {
  protected:
    futex_test() : futex_calls(GetParam()) {}

    void SetUp() override;
    void TearDown() override;

  private:
    watchdog watchdog_;
    int spins_ = 0;
};

/** Without FUTEX2_NODES a machine's own nodes are used. */
bool nodes_are_virtual();

}  // namespace futex2::abi_test

/** Skips a test with waits on several words where words of its kind cannot be. */
#define FUTEX2_NEEDS_WAITV() \
    if (!has_waitv()) GTEST_SKIP() << "not several of such words, or not by this FUTEX2_KERNEL"

/** Runs a suite over every engine and kind of word, the library's, or its private ones alone. */
#define FUTEX2_ON_EVERY_ENGINE(suite)                                                             \
    INSTANTIATE_TEST_SUITE_P(engines, suite, testing::ValuesIn(futex2::abi_test::all_settings()), \
                             futex2::abi_test::name_of_setting)
#define FUTEX2_ON_THE_LIBRARY(suite)                                                      \
    INSTANTIATE_TEST_SUITE_P(engines, suite,                                              \
                             testing::ValuesIn(futex2::abi_test::all_library_settings()), \
                             futex2::abi_test::name_of_setting)
#define FUTEX2_ON_PRIVATE_WORDS(suite)                                                \
    INSTANTIATE_TEST_SUITE_P(engines, suite,                                          \
                             testing::ValuesIn(futex2::abi_test::library_settings()), \
                             futex2::abi_test::name_of_setting)
