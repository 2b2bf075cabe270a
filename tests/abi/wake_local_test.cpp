// SPDX-License-Identifier: MIT
// FUTEX2_WAKE_LOCAL: the waiters of the waking thread's node first.
#include <futex2/testing.h>

#include <cerrno>
#include <climits>
#include <cstring>
#include <string>

#include "abi/futex_test.hpp"

namespace futex2::abi_test {
namespace {

class wake_local : public futex_test {
  protected:
    void SetUp() override {
        futex_test::SetUp();
        if (futex2_node_count() < 2) GTEST_SKIP() << "needs two nodes";
        futex2_testing_pin_node(node(0));
    }
    void TearDown() override {
        futex2_testing_pin_node(-1);
        futex_test::TearDown();
    }

    static int node(int index) {
        futex2_testing_table table = {};
        futex2_testing_table_of(index, &table);
        return table.node;
    }

    std::unique_ptr<sleeper> asleep_near() { return asleep_at(node(0)); }
    std::unique_ptr<sleeper> asleep_far() { return asleep_at(node(1)); }
    std::unique_ptr<sleeper> asleep_at(int where, uint64_t mask = 0) {
        return asleep(word, [this, where, mask] {
            futex2_testing_pin_node(where);
            return wait_mask(word, mask != 0 ? mask : kind().all());
        });
    }

    unsigned local_flags() const { return kind().flags() | FUTEX2_WAKE_LOCAL; }
    int wake_locals(int count, uint64_t mask) {
        return futex2_wake(word.address(), mask, count, local_flags());
    }
    int wake_locals(int count) { return wake_locals(count, kind().all()); }

    // The ones that have been woken, as letters by their places in the list.
    using sleepers = std::vector<std::unique_ptr<sleeper>>;
    static std::string returned(const sleepers& all) {
        std::string letters;
        for (size_t i = 0; i < all.size(); ++i)
            if (all[i]->returned()) letters += static_cast<char>('a' + i);
        return letters;
    }
    // The same when so many have.
    static std::string returned(const sleepers& all, size_t count) {
        until([&] { return returned(all).size() >= count; });
        return returned(all);
    }

    guarded_word word = make_word();
};
FUTEX2_ON_PRIVATE_WORDS(wake_local);

TEST_P(wake_local, takes_the_waiters_of_the_node_first_and_the_oldest_of_them) {
    sleepers all;
    for (const char where : std::string("fnfnn"))
        all.push_back(where == 'n' ? asleep_near() : asleep_far());
    for (const char* expected : {"b", "bd", "bde", "abde", "abcde"}) {
        EXPECT_EQ(wake_locals(1), 1);
        EXPECT_EQ(returned(all, strlen(expected)), expected);
    }
    EXPECT_EQ(wake_locals(1), 0);
}

TEST_P(wake_local, goes_on_with_the_others_in_one_call) {
    sleepers all;
    for (const char where : std::string("ffnfn"))
        all.push_back(where == 'n' ? asleep_near() : asleep_far());
    EXPECT_EQ(wake_locals(3), 3);
    EXPECT_EQ(returned(all, 3), "ace");
    EXPECT_EQ(wake_locals(INT_MAX), 2);
    EXPECT_EQ(returned(all, 5), "abcde");
}

TEST_P(wake_local, takes_those_alone_that_the_mask_meets) {
    sleepers all;
    all.push_back(asleep_at(node(1), 2));
    all.push_back(asleep_at(node(0), 1));
    all.push_back(asleep_at(node(1), 1));
    EXPECT_EQ(wake_locals(1, 2), 1);
    EXPECT_EQ(returned(all, 1), "a");
    EXPECT_EQ(wake_locals(1, 1), 1);
    EXPECT_EQ(returned(all, 2), "ab");
    EXPECT_EQ(wake_locals(1, 1), 1);
}

TEST_P(wake_local, is_the_waking_threads_node) {
    sleepers all;
    all.push_back(asleep_near());
    all.push_back(asleep_far());
    futex2_testing_pin_node(node(1));
    EXPECT_EQ(wake_locals(1), 1);
    EXPECT_EQ(returned(all, 1), "b");
    EXPECT_EQ(wake_locals(1), 1);
}

TEST_P(wake_local, without_the_flag_the_oldest_comes_first) {
    sleepers all;
    all.push_back(asleep_far());
    all.push_back(asleep_near());
    EXPECT_EQ(wake(word, 1), 1);
    EXPECT_EQ(returned(all, 1), "a");
    EXPECT_EQ(wake(word, 1), 1);
}

TEST_P(wake_local, passes_the_oldest_over_64_times) {
    sleepers all;
    all.push_back(asleep_far());
    all.push_back(asleep_far());
    for (int i = 0; i < 64; ++i) {
        const auto near = asleep_near();
        EXPECT_EQ(wake_locals(1), 1);
        EXPECT_EQ(near->result(), 0);
    }
    EXPECT_EQ(returned(all), "");
    all.push_back(asleep_near());
    EXPECT_EQ(wake_locals(1), 1);
    EXPECT_EQ(returned(all, 1), "a");
    // The next one has just become the oldest.
    EXPECT_EQ(wake_locals(1), 1);
    EXPECT_EQ(returned(all, 2), "ac");
    EXPECT_EQ(wake_locals(1), 1);
}

TEST_P(wake_local, takes_the_oldest_that_was_passed_over_with_others_in_one_call) {
    sleepers all;
    all.push_back(asleep_far());
    for (int i = 0; i < 64; ++i) {
        const auto near = asleep_near();
        EXPECT_EQ(wake_locals(1), 1);
        EXPECT_EQ(near->result(), 0);
    }
    all.push_back(asleep_far());
    all.push_back(asleep_near());
    EXPECT_EQ(wake_locals(2), 2);
    EXPECT_EQ(returned(all, 2), "ac");
    EXPECT_EQ(wake_locals(1), 1);
}

TEST_P(wake_local, by_wakes_of_many_words) {
    sleepers all;
    all.push_back(asleep_far());
    all.push_back(asleep_near());
    guarded_word other = make_word();
    const futex2_wake_item items[] = {{other.address(), kind().all(), 1, kind().flags()},
                                      {word.address(), kind().all(), 1, local_flags()}};
    EXPECT_EQ(futex2_wakev(items, 2, 0), 1);
    EXPECT_EQ(returned(all, 1), "b");
    EXPECT_EQ(wake_locals(1), 1);
}

TEST_P(wake_local, by_a_store_that_wakes) {
    sleepers all;
    all.push_back(asleep_far());
    all.push_back(asleep_near());
    EXPECT_EQ(futex2_store_wake(word.address(), 1, 1, local_flags()), 1);
    EXPECT_EQ(word.value(), 1u);
    EXPECT_EQ(returned(all, 1), "b");
    EXPECT_EQ(wake_locals(1), 1);
}

TEST_P(wake_local, is_a_flag_of_wakes_alone) {
    const timespec passed = {0, 0};
    EXPECT_EQ(futex2_wait(word.address(), initial_value, kind().all(), local_flags(), &passed, 0),
              -EINVAL);
    futex_waitv entry = {initial_value, word.address_number(), local_flags(), 0};
    EXPECT_EQ(futex2_waitv(&entry, 1, 0, &passed, 0), -EINVAL);
}

}  // namespace
}  // namespace futex2::abi_test
