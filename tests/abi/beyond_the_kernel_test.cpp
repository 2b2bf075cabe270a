// SPDX-License-Identifier: MIT
// wakev and store_wake with waiters: the kernel has no such calls.
#include <cerrno>
#include <climits>

#include "abi/futex_test.hpp"

namespace futex2::abi_test {
namespace {

class waking_many : public futex_test {
  protected:
    static futex2_wake_item item(guarded_word& word, int count) {
        return {word.address(), word.kind().all(), count, word.kind().flags()};
    }

    guarded_word a = make_word();
    guarded_word b = make_word();
};
FUTEX2_ON_THE_LIBRARY(waking_many);

TEST_P(waking_many, returns_the_sum) {
    const auto first = asleep_on(a);
    const auto second = asleep_on(a);
    const auto third = asleep_on(b);
    const futex2_wake_item items[] = {item(a, 1), item(b, INT_MAX)};
    EXPECT_EQ(futex2_wakev(items, 2, 0), 2);
    EXPECT_EQ(first->result(), 0);
    EXPECT_EQ(third->result(), 0);
    EXPECT_EQ(wake(a, INT_MAX), 1);
    EXPECT_EQ(wake(b, INT_MAX), 0);
}

TEST_P(waking_many, counts_as_a_wake_does) {
    const auto first = asleep_on(a);
    const auto second = asleep_on(a);
    const futex2_wake_item items[] = {item(b, 1), item(a, 0), item(a, -1)};
    EXPECT_EQ(futex2_wakev(items, 3, 0), 1);
    EXPECT_EQ(first->result(), 0);
    EXPECT_EQ(queued(a), 1);
    EXPECT_EQ(wake(a, 1), 1);
}

TEST_P(waking_many, heeds_masks) {
    const auto one = asleep_on_mask(a, 1);
    const auto two = asleep_on_mask(a, 2);
    futex2_wake_item items[] = {item(a, INT_MAX), item(b, INT_MAX)};
    items[0].mask = 2;
    EXPECT_EQ(futex2_wakev(items, 2, 0), 1);
    EXPECT_EQ(two->result(), 0);
    EXPECT_EQ(wake(a, INT_MAX), 1);
}

TEST_P(waking_many, wakes_nobody_when_one_item_is_wrong) {
    const auto waiter = asleep_on(a);
    futex2_wake_item items[] = {item(a, 1), item(b, 1)};
    items[1].mask = 0;
    EXPECT_EQ(futex2_wakev(items, 2, 0), -EINVAL);
    EXPECT_EQ(queued(a), 1);
    if (kind().numa) {
        items[1].mask = kind().all();
        b.set_hint(-2);
        EXPECT_EQ(futex2_wakev(items, 2, 0), -EINVAL);
        EXPECT_EQ(queued(a), 1);
    }
    EXPECT_EQ(wake(a, 1), 1);
}

class storing : public futex_test {
  protected:
    int store_wake(uint64_t value, int count) {
        return futex2_store_wake(word.address(), value, count, kind().flags());
    }

    guarded_word word = make_word();
};
FUTEX2_ON_THE_LIBRARY(storing);

TEST_P(storing, stores_and_wakes_as_many_as_asked) {
    const auto first = asleep_on(word);
    const auto second = asleep_on(word);
    const auto third = asleep_on(word);
    EXPECT_EQ(store_wake(kind().all(), 2), 2);
    EXPECT_EQ(word.value(), kind().all());
    EXPECT_EQ(first->result(), 0);
    EXPECT_EQ(second->result(), 0);
    EXPECT_EQ(queued(word), 1);
    EXPECT_EQ(store_wake(0, INT_MAX), 1);
    EXPECT_EQ(word.value(), 0u);
    EXPECT_EQ(third->result(), 0);
}

TEST_P(storing, wakes_any_mask) {
    const auto waiter = asleep_on_mask(word, uint64_t{1} << (mask_bits(kind()) - 1));
    EXPECT_EQ(store_wake(7, 1), 1);
    EXPECT_EQ(waiter->result(), 0);
}

TEST_P(storing, counts_as_a_wake_does) {
    const auto first = asleep_on(word);
    const auto second = asleep_on(word);
    EXPECT_EQ(store_wake(7, 0), 0);
    EXPECT_EQ(word.value(), 7u);
    EXPECT_EQ(queued(word), 2);
    EXPECT_EQ(store_wake(8, -1), 1);
    EXPECT_EQ(first->result(), 0);
    EXPECT_EQ(store_wake(9, 1), 1);
    EXPECT_EQ(second->result(), 0);
}

class storing_into_numa_words : public storing {};
INSTANTIATE_TEST_SUITE_P(engines, storing_into_numa_words,
                         testing::ValuesIn(only(has_hint, library_settings())), name_of_setting);

TEST_P(storing_into_numa_words, clears_the_hint_with_the_last_waiter) {
    const auto waiter = asleep_on(word);
    EXPECT_NE(word.hint(), FUTEX_NO_NODE);
    EXPECT_EQ(store_wake(7, 1), 1);
    EXPECT_EQ(waiter->result(), 0);
    EXPECT_EQ(word.hint(), FUTEX_NO_NODE);
    EXPECT_EQ(word.value(), 7u);
}

}  // namespace
}  // namespace futex2::abi_test
