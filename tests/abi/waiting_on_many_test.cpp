// SPDX-License-Identifier: MIT
// What ends a waitv, and which index it returns.
#include <climits>

#include "abi/futex_test.hpp"

namespace futex2::abi_test {
namespace {

class waiting_on_many : public futex_test {
  protected:
    void SetUp() override {
        futex_test::SetUp();
        FUTEX2_NEEDS_WAITV();
    }

    guarded_word a = make_word();
    guarded_word b = make_word();
    guarded_word c = make_word();
    guarded_word other = make_word();
};
INSTANTIATE_TEST_SUITE_P(engines, waiting_on_many,
                         testing::ValuesIn(only(is_whole, all_settings())), name_of_setting);

TEST_P(waiting_on_many, returns_the_index_of_the_word_that_was_woken) {
    const std::vector<guarded_word*> words = {&a, &b, &c};
    for (int index = 0; index < 3; ++index) {
        const auto waiter = asleep_on_many(words);
        EXPECT_EQ(wake(*words[static_cast<size_t>(index)], INT_MAX), 1);
        EXPECT_EQ(waiter->result(), index);
        EXPECT_EQ(waiter->errno_after(), 0);
        for (guarded_word* word : words) EXPECT_EQ(wake(*word, INT_MAX), 0);
    }
}

TEST_P(waiting_on_many, is_woken_by_any_mask) {
    const auto waiter = asleep_on_many({&a, &b});
    EXPECT_EQ(wake(b, 1, uint64_t{1} << (mask_bits(kind()) - 1)), 1);
    EXPECT_EQ(waiter->result(), 1);
}

TEST_P(waiting_on_many, queues_on_each_word_in_turn) {
    const auto first = asleep_on(a);
    const auto many = asleep_on_many({&b, &a});
    const auto last = asleep_on(a);
    EXPECT_EQ(wake(a, 1), 1);
    EXPECT_EQ(first->result(), 0);
    EXPECT_EQ(wake(a, 1), 1);
    EXPECT_EQ(many->result(), 1);
    EXPECT_FALSE(last->returned());
    EXPECT_EQ(wake(a, 1), 1);
}

TEST_P(waiting_on_many, takes_as_many_words_as_the_kernel) {
    std::vector<guarded_word> words(FUTEX_WAITV_MAX, make_word());
    std::vector<guarded_word*> pointers;
    for (guarded_word& word : words) pointers.push_back(&word);
    const auto waiter = asleep_on_many(pointers);
    EXPECT_EQ(wake(words.back(), 1), 1);
    EXPECT_EQ(waiter->result(), FUTEX_WAITV_MAX - 1);
    for (guarded_word& word : words) EXPECT_EQ(wake(word, INT_MAX), 0);
}

TEST_P(waiting_on_many, keeps_its_index_when_it_is_requeued) {
    const auto waiter = asleep_on_many({&a, &b, &c});
    EXPECT_EQ(requeue(b, other, 0, 1), 1);
    EXPECT_EQ(wake(b, INT_MAX), 0);
    EXPECT_EQ(wake(other, INT_MAX), 1);
    EXPECT_EQ(waiter->result(), 1);
}

TEST_P(waiting_on_many, leaves_the_word_it_was_requeued_to) {
    const auto waiter = asleep_on_many({&a, &b});
    EXPECT_EQ(requeue(b, other, 0, 1), 1);
    EXPECT_EQ(wake(a, INT_MAX), 1);
    EXPECT_EQ(waiter->result(), 0);
    EXPECT_EQ(wake(other, INT_MAX), 0);
}

TEST_P(waiting_on_many, on_one_word_is_woken_as_a_wait) {
    const auto waiter = asleep_on_many({&a});
    EXPECT_EQ(wake(a, 1), 1);
    EXPECT_EQ(waiter->result(), 0);
}

// The kernel has one size.
TEST(waiting_on_mixed_kinds, returns_the_index_of_the_word_that_was_woken) {
    const watchdog guard;
    futex_calls calls({library, u32});
    std::vector<guarded_word> words;
    std::vector<guarded_word*> pointers;
    words.reserve(all_kinds.size());
    for (const word_kind kind : all_kinds) pointers.push_back(&words.emplace_back(kind));
    for (size_t index = 0; index < words.size(); ++index) {
        const auto waiter = calls.asleep_on_many(pointers);
        EXPECT_EQ(calls.wake(words[index], INT_MAX), 1);
        EXPECT_EQ(waiter->result(), static_cast<int>(index));
        for (guarded_word& word : words) {
            EXPECT_EQ(calls.wake(word, INT_MAX), 0);
            if (word.kind().numa) {
                EXPECT_EQ(word.hint(), FUTEX_NO_NODE);
            }
        }
    }
}

}  // namespace
}  // namespace futex2::abi_test
