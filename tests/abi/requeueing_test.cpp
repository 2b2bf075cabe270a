// SPDX-License-Identifier: MIT
// Whom a requeue wakes and moves.
#include <signal.h>

#include <cerrno>
#include <climits>

#include "abi/futex_test.hpp"

namespace futex2::abi_test {
namespace {

using waiters = std::vector<std::unique_ptr<sleeper>>;

class requeueing : public futex_test {
  protected:
    waiters some_asleep_on(guarded_word& word, int n) {
        waiters made;
        for (int i = 0; i < n; ++i) made.push_back(asleep_on(word));
        return made;
    }
    // Who waits is woken one by one, in this order.
    void expect_woken_in_order(guarded_word& word, const std::vector<sleeper*>& order) {
        for (sleeper* one : order) {
            EXPECT_FALSE(one->returned());
            EXPECT_EQ(wake(word, 1), 1);
            EXPECT_EQ(one->result(), 0);
        }
        EXPECT_EQ(wake(word, INT_MAX), 0);
    }

    guarded_word from = make_word();
    guarded_word to = make_word();
};
INSTANTIATE_TEST_SUITE_P(engines, requeueing, testing::ValuesIn(only(is_whole, all_settings())),
                         name_of_setting);

TEST_P(requeueing, wakes_then_moves_and_counts_both) {
    const waiters w = some_asleep_on(from, 5);
    EXPECT_EQ(requeue(from, to, 1, 2), 3);
    EXPECT_EQ(w[0]->result(), 0);
    EXPECT_EQ(queued(from), 2);
    EXPECT_EQ(queued(to), 2);
    expect_woken_in_order(to, {w[1].get(), w[2].get()});
    expect_woken_in_order(from, {w[3].get(), w[4].get()});
}

TEST_P(requeueing, moves_all) {
    const waiters w = some_asleep_on(from, 3);
    EXPECT_EQ(requeue(from, to, 0, INT_MAX), 3);
    EXPECT_EQ(wake(from, INT_MAX), 0);
    expect_woken_in_order(to, {w[0].get(), w[1].get(), w[2].get()});
}

TEST_P(requeueing, wakes_all_and_moves_nobody) {
    const waiters w = some_asleep_on(from, 3);
    EXPECT_EQ(requeue(from, to, INT_MAX, INT_MAX), 3);
    for (const auto& one : w) EXPECT_EQ(one->result(), 0);
    EXPECT_EQ(wake(to, INT_MAX), 0);
}

TEST_P(requeueing, nothing_with_counts_0) {
    const waiters w = some_asleep_on(from, 1);
    EXPECT_EQ(requeue(from, to, 0, 0), 0);
    EXPECT_EQ(wake(to, INT_MAX), 0);
    EXPECT_EQ(wake(from, INT_MAX), 1);
}

TEST_P(requeueing, nothing_where_the_value_differs) {
    const waiters w = some_asleep_on(from, 2);
    futex_waitv words[2] = {
        {initial_value ^ 1, from.address_number(), kind().flags(), 0},
        {initial_value, to.address_number(), kind().flags(), 0},
    };
    EXPECT_EQ(on().requeue(words, 0, 1, 1), -EAGAIN);
    EXPECT_EQ(queued(from), 2);
    EXPECT_EQ(wake(to, INT_MAX), 0);
    expect_woken_in_order(from, {w[0].get(), w[1].get()});
}

TEST_P(requeueing, to_itself_counts_and_keeps_the_order) {
    const waiters w = some_asleep_on(from, 4);
    EXPECT_EQ(requeue(from, from, 1, 2), 3);
    EXPECT_EQ(w[0]->result(), 0);
    expect_woken_in_order(from, {w[1].get(), w[2].get(), w[3].get()});
}

TEST_P(requeueing, behind_those_that_wait_there) {
    const waiters there = some_asleep_on(to, 2);
    const waiters moved = some_asleep_on(from, 2);
    EXPECT_EQ(requeue(from, to, 0, INT_MAX), 2);
    const auto last = asleep_on(to);
    expect_woken_in_order(
        to, {there[0].get(), there[1].get(), moved[0].get(), moved[1].get(), last.get()});
}

TEST_P(requeueing, there_and_back) {
    const waiters w = some_asleep_on(from, 2);
    EXPECT_EQ(requeue(from, to, 0, INT_MAX), 2);
    EXPECT_EQ(requeue(to, from, 0, INT_MAX), 2);
    EXPECT_EQ(wake(to, INT_MAX), 0);
    expect_woken_in_order(from, {w[0].get(), w[1].get()});
}

TEST_P(requeueing, whatever_the_mask_which_is_kept) {
    const auto waiter = asleep_on_mask(from, 2);
    EXPECT_EQ(requeue(from, to, 0, 1), 1);
    EXPECT_EQ(wake(to, INT_MAX, 1), 0);
    EXPECT_EQ(wake(to, INT_MAX, 2), 1);
    EXPECT_EQ(waiter->result(), 0);
}

TEST_P(requeueing, and_a_signal_ends_the_wait_where_it_was_moved) {
    handle(SIGUSR1);
    const waiters w = some_asleep_on(from, 2);
    EXPECT_EQ(requeue(from, to, 0, 1), 1);
    w[0]->send(SIGUSR1);
    EXPECT_EQ(w[0]->result(), -EINTR);
    EXPECT_EQ(wake(to, INT_MAX), 0);
    expect_woken_in_order(from, {w[1].get()});
}

// Between words of different sizes and kinds, which the kernel refuses.
struct two_kinds {
    word_kind from;
    word_kind to;
};

std::vector<two_kinds> all_pairs() {
    std::vector<two_kinds> pairs;
    for (const word_kind from : all_kinds) {
        for (const word_kind to : all_kinds) {
            if (!(from == to)) pairs.push_back({from, to});
        }
    }
    return pairs;
}

std::string name_of_pair(const testing::TestParamInfo<two_kinds>& info) {
    return info.param.from.name() + "_to_" + info.param.to.name();
}

class requeueing_between : public testing::TestWithParam<two_kinds> {};
INSTANTIATE_TEST_SUITE_P(kinds, requeueing_between, testing::ValuesIn(all_pairs()), name_of_pair);

TEST_P(requeueing_between, wakes_then_moves_and_counts_both) {
    const watchdog guard;
    futex_calls calls({library, GetParam().from});
    guarded_word from(GetParam().from);
    guarded_word to(GetParam().to);
    const auto first = calls.asleep_on(from);
    const auto second = calls.asleep_on(from);
    const auto third = calls.asleep_on(from);
    EXPECT_EQ(calls.requeue(from, to, 1, 1), 2);
    EXPECT_EQ(first->result(), 0);
    EXPECT_EQ(calls.wake(to, INT_MAX), 1);
    EXPECT_EQ(second->result(), 0);
    if (to.kind().numa) {
        EXPECT_EQ(to.hint(), FUTEX_NO_NODE);
    }
    EXPECT_EQ(calls.wake(from, INT_MAX), 1);
    EXPECT_EQ(third->result(), 0);
    if (from.kind().numa) {
        EXPECT_EQ(from.hint(), FUTEX_NO_NODE);
    }
}

}  // namespace
}  // namespace futex2::abi_test
