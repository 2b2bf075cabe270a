// SPDX-License-Identifier: MIT
// The hint of a NUMA word: this library's and the kernel's, which differ on purpose
// (docs/semantics.md, kernel_hint).
#include <futex2/testing.h>
#include <linux/mempolicy.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <new>

#include "abi/death.hpp"
#include "abi/futex_test.hpp"

namespace futex2::abi_test {
namespace {

class hints : public futex_test {
  protected:
    void expect_a_node(guarded_word& of) {
        EXPECT_GE(of.hint(), 0);
        EXPECT_LE(of.hint(), on().highest_node);
    }
    // What the hint of a word without waiters is, which was -1 at first.
    void expect_no_waiter_left(guarded_word& of) {
        if (in_user_space())
            EXPECT_EQ(of.hint(), FUTEX_NO_NODE);
        else
            expect_a_node(of);
    }

    guarded_word word = make_word();
    guarded_word other = make_word();
};
INSTANTIATE_TEST_SUITE_P(engines, hints, testing::ValuesIn(only(has_hint, all_settings())),
                         name_of_setting);

TEST_P(hints, name_a_node_while_somebody_waits) {
    const auto first = asleep_on(word);
    expect_a_node(word);
    const int64_t node = word.hint();
    const auto second = asleep_on(word);
    EXPECT_EQ(word.hint(), node);
    EXPECT_EQ(wake(word, 1), 1);
    EXPECT_EQ(first->result(), 0);
    EXPECT_EQ(word.hint(), node);
    EXPECT_EQ(wake(word, 1), 1);
    EXPECT_EQ(second->result(), 0);
    expect_no_waiter_left(word);
}

TEST_P(hints, that_the_user_set_stay) {
    word.set_hint(0);
    const auto waiter = asleep_on(word);
    EXPECT_EQ(word.hint(), 0);
    EXPECT_EQ(wake(word, 1), 1);
    EXPECT_EQ(waiter->result(), 0);
    EXPECT_EQ(word.hint(), 0);
}

TEST_P(hints, of_a_wait_on_many_are_given_up_together) {
    FUTEX2_NEEDS_WAITV();
    const auto waiter = asleep_on_many({&word, &other});
    expect_a_node(word);
    expect_a_node(other);
    EXPECT_EQ(wake(other, 1), 1);
    EXPECT_EQ(waiter->result(), 1);
    expect_no_waiter_left(word);
    expect_no_waiter_left(other);
}

TEST_P(hints, follow_a_requeued_waiter) {
    if (is_part(kind())) GTEST_SKIP() << "is woken";
    const auto waiter = asleep_on(word);
    const int64_t node = word.hint();
    EXPECT_EQ(requeue(word, other, 0, 1), 1);
    expect_no_waiter_left(word);
    expect_a_node(other);
    if (is_library()) {
        EXPECT_EQ(other.hint(), node);
    }
    EXPECT_EQ(wake(other, 1), 1);
    EXPECT_EQ(waiter->result(), 0);
    expect_no_waiter_left(other);
}

TEST_P(hints, are_those_of_the_waiting_thread) {
    const int node = futex2_node_count() - 1;
    const auto waiter = asleep(word, [&] {
        futex2_testing_pin_node(node);
        return wait(word);
    });
    if (is_library()) {
        EXPECT_EQ(word.hint(), node);
    }
    EXPECT_EQ(wake(word, 1), 1);
}

// A page of its own that holds a word.
class word_page {
  public:
    explicit word_page(word_kind kind) : page_(map()) {
        if (page_ != MAP_FAILED) word_ = new (page_) guarded_word(kind);
    }
    word_page(const word_page&) = delete;
    word_page& operator=(const word_page&) = delete;
    ~word_page() { munmap(page_, size); }

    guarded_word& word() { return *word_; }
    void make_read_only() { ASSERT_EQ(mprotect(page_, size, PROT_READ), 0); }
    // Whether the kernel took the policy.
    bool set_policy(int mode, int node) {
        const unsigned long nodes[2] = {1ul << node, 0};
        return syscall(SYS_mbind, page_, size, mode, nodes, 65ul, 0u) == 0;
    }

  private:
    static constexpr size_t size = 65536;  // whole pages on every architecture
    static void* map() {
        return mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    }
    void* page_;
    guarded_word* word_ = nullptr;
};

constexpr timespec long_passed = {0, 0};

// To the kernel a shared word in memory of one process that cannot be written is none.
class read_only_words : public futex_test {};
INSTANTIATE_TEST_SUITE_P(engines, read_only_words,
                         testing::ValuesIn(only(is_private, all_settings())), name_of_setting);

TEST_P(read_only_words, can_be_used_unless_their_hint_must_be_written) {
    word_page page(kind());
    if (kind().numa) page.word().set_hint(0);
    page.make_read_only();
    EXPECT_EQ(wake(page.word(), 1), 0);
    EXPECT_EQ(wait(page.word(), &long_passed), -ETIMEDOUT);
    EXPECT_EQ(waitv({&page.word()}, &long_passed), -ETIMEDOUT);
    const auto waiter = asleep_on(page.word());
    EXPECT_EQ(wake(page.word(), 1), 1);
    EXPECT_EQ(waiter->result(), 0);
}

class read_only_words_without_a_node : public futex_test {};
INSTANTIATE_TEST_SUITE_P(engines, read_only_words_without_a_node,
                         testing::ValuesIn(only(is_private_numa, all_settings())), name_of_setting);

TEST_P(read_only_words_without_a_node, cannot_be_waited_on) {
    word_page page(kind());
    page.make_read_only();
    if (is_library()) {
        EXPECT_EQ(wake(page.word(), 1), 0);
        EXPECT_TRUE(dies_of_a_fault([&] { wait(page.word(), &long_passed); }));
    } else {
        EXPECT_EQ(wake(page.word(), 1), -EFAULT);
        EXPECT_EQ(wait(page.word(), &long_passed), -EFAULT);
    }
}

class policies : public futex_test {
  protected:
    void SetUp() override {
        futex_test::SetUp();
        if (IsSkipped()) return;
        if (is_library() && nodes_are_virtual())
            GTEST_SKIP() << "memory policies name the machine's nodes, not virtual ones";
        if (!page.set_policy(MPOL_PREFERRED, 0))
            GTEST_SKIP() << "the kernel takes no memory policy here";
    }
    // The hint of the page's word while a thread waits on it with FUTEX2_MPOL.
    int64_t hint_with_policy() {
        guarded_word& word = page.word();
        const unsigned flags = kind().flags() | FUTEX2_MPOL;
        const auto waiter = asleep(word, [&] {
            // Elsewhere than the policy says, where there is another node.
            if (is_library()) futex2_testing_pin_node(on().highest_node);
            return on().wait(word.address(), word.value(), kind().all(), flags, nullptr, 0);
        });
        const int64_t hint = word.hint();
        EXPECT_EQ(wake(word, 1), 1);
        EXPECT_EQ(waiter->result(), 0);
        return hint;
    }

    word_page page{kind()};
};
INSTANTIATE_TEST_SUITE_P(engines, policies, testing::ValuesIn(only(has_hint, all_settings())),
                         name_of_setting);

TEST_P(policies, preferred_names_the_node) {
    EXPECT_EQ(hint_with_policy(), 0);
}

TEST_P(policies, bind_leaves_it_to_the_thread) {
    ASSERT_TRUE(page.set_policy(MPOL_BIND, 0));
    const int64_t hint = hint_with_policy();
    EXPECT_GE(hint, 0);
    EXPECT_LE(hint, on().highest_node);
    if (is_library()) {
        EXPECT_EQ(hint, on().highest_node);
    }
}

std::vector<setting> only_plain(const std::vector<setting>& settings) {
    std::vector<setting> chosen;
    for (const setting& s : settings) {
        if (!s.kind.numa && !s.kind.shared) chosen.push_back(s);
    }
    return chosen;
}

class policies_of_plain_words : public futex_test {};
INSTANTIATE_TEST_SUITE_P(engines, policies_of_plain_words,
                         testing::ValuesIn(only_plain(all_settings())), name_of_setting);

// To the kernel a plain word with a policy is one of that node's table.
TEST_P(policies_of_plain_words, are_no_part_of_the_key) {
    // FUTEX2_MPOL came with FUTEX2_NUMA.
    if (!on().missing_numa.empty()) GTEST_SKIP() << on().missing_numa;
    word_page page(kind());
    if (!page.set_policy(MPOL_PREFERRED, 0)) GTEST_SKIP() << "no memory policy can be set here";
    guarded_word& word = page.word();
    const unsigned with_policy = kind().flags() | FUTEX2_MPOL;
    sleeper waiter([&] {
        return on().wait(word.address(), initial_value, kind().all(), with_policy, nullptr, 0);
    });
    until([&] {
        futex_waitv same = {initial_value, word.address_number(), with_policy, 0};
        futex_waitv from_to[] = {same, same};
        return on().requeue(from_to, 0, 0, INT_MAX) == 1;
    });
    EXPECT_EQ(wake(word, INT_MAX), is_library() ? 1 : 0);
    EXPECT_EQ(on().wake(word.address(), kind().all(), INT_MAX, with_policy), is_library() ? 0 : 1);
    EXPECT_EQ(waiter.result(), 0);
}

}  // namespace
}  // namespace futex2::abi_test
