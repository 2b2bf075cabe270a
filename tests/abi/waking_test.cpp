// SPDX-License-Identifier: MIT
// Whom a wake wakes.
#include <cerrno>
#include <climits>

#include "abi/futex_test.hpp"

namespace futex2::abi_test {
namespace {

class waking : public futex_test {};
FUTEX2_ON_EVERY_ENGINE(waking);

TEST_P(waking, as_many_as_asked) {
    guarded_word word = make_word();
    const auto first = asleep_on(word);
    const auto second = asleep_on(word);
    const auto third = asleep_on(word);
    EXPECT_EQ(wake(word, 2), 2);
    EXPECT_EQ(first->result(), 0);
    EXPECT_EQ(second->result(), 0);
    EXPECT_EQ(queued(word), 1);
    EXPECT_EQ(wake(word, INT_MAX), 1);
    EXPECT_EQ(third->result(), 0);
    EXPECT_EQ(wake(word, INT_MAX), 0);
}

TEST_P(waking, nobody_with_count_0) {
    guarded_word word = make_word();
    const auto waiter = asleep_on(word);
    EXPECT_EQ(wake(word, 0), 0);
    EXPECT_EQ(queued(word), 1);
    EXPECT_EQ(wake(word, 1), 1);
}

TEST_P(waking, one_with_a_negative_count) {
    guarded_word word = make_word();
    const auto first = asleep_on(word);
    const auto second = asleep_on(word);
    EXPECT_EQ(wake(word, -1), 1);
    EXPECT_EQ(first->result(), 0);
    EXPECT_EQ(queued(word), 1);
    EXPECT_EQ(wake(word, INT_MIN), 1);
}

TEST_P(waking, oldest_first) {
    guarded_word word = make_word();
    std::vector<std::unique_ptr<sleeper>> waiters;
    for (int i = 0; i < 4; ++i) waiters.push_back(asleep_on(word));
    for (size_t i = 0; i < waiters.size(); ++i) {
        EXPECT_EQ(wake(word, 1), 1);
        EXPECT_EQ(waiters[i]->result(), 0);
        for (size_t later = i + 1; later < waiters.size(); ++later)
            EXPECT_FALSE(waiters[later]->returned()) << later << " before " << i + 1;
    }
}

TEST_P(waking, whose_mask_meets) {
    guarded_word word = make_word();
    const auto first = asleep_on_mask(word, 1);
    const auto second = asleep_on_mask(word, 2);
    EXPECT_EQ(wake(word, INT_MAX, 4), 0);
    EXPECT_EQ(wake(word, INT_MAX, 2 | 4), 1);
    EXPECT_EQ(second->result(), 0);
    EXPECT_FALSE(first->returned());
    EXPECT_EQ(wake(word, INT_MAX), 1);
    EXPECT_EQ(first->result(), 0);
}

TEST_P(waking, by_the_highest_bit_of_a_mask) {
    guarded_word word = make_word();
    const uint64_t highest = uint64_t{1} << (mask_bits(kind()) - 1);
    const auto waiter = asleep_on_mask(word, highest);
    EXPECT_EQ(wake(word, INT_MAX, highest - 1), 0);
    EXPECT_EQ(wake(word, INT_MAX, highest), 1);
}

TEST_P(waking, oldest_first_among_masks) {
    guarded_word word = make_word();
    const auto one = asleep_on_mask(word, 1);
    const auto both = asleep_on_mask(word, 1 | 2);
    const auto two = asleep_on_mask(word, 2);
    EXPECT_EQ(wake(word, 1, 2), 1);
    EXPECT_EQ(both->result(), 0);
    EXPECT_EQ(wake(word, 1, 2), 1);
    EXPECT_EQ(two->result(), 0);
    EXPECT_FALSE(one->returned());
    EXPECT_EQ(wake(word, 1, 2), 0);
    EXPECT_EQ(wake(word, 1, 1), 1);
}

TEST_P(waking, of_that_word_alone) {
    guarded_word word = make_word();
    guarded_word other = make_word();
    const auto waiter = asleep_on(word);
    EXPECT_EQ(wake(other, INT_MAX), 0);
    EXPECT_EQ(wake(word, INT_MAX), 1);
}

TEST_P(waking, whatever_the_value_is_now) {
    guarded_word word = make_word();
    const auto waiter = asleep_on(word);
    word.set_value(initial_value ^ 1);
    EXPECT_EQ(wake(word, 1), 1);
    EXPECT_EQ(waiter->result(), 0);
    EXPECT_EQ(word.value(), initial_value ^ 1);
}

TEST_P(waking, leaves_errno_alone) {
    guarded_word word = make_word();
    const auto waiter = asleep_on(word);
    errno = 0;
    EXPECT_EQ(wake(word, 1), 1);
    EXPECT_EQ(errno, 0);
    EXPECT_EQ(waiter->errno_after(), 0);
}

}  // namespace
}  // namespace futex2::abi_test
