// SPDX-License-Identifier: MIT
// <futex2/testing.h>, for those who measure and test with it.
#include <futex2/testing.h>

#include <cerrno>

#include "abi/futex_test.hpp"

namespace futex2::abi_test {
namespace {

class waits_on : public futex_test {
  protected:
    int counted(guarded_word& w) const {
        return futex2_testing_waits_on(w.address(), kind().flags());
    }

    guarded_word word = make_word();
    guarded_word other = make_word();
};
FUTEX2_ON_PRIVATE_WORDS(waits_on);

TEST_P(waits_on, counts_what_a_wake_would_find) {
    EXPECT_EQ(counted(word), 0);
    const auto first = asleep_on(word);
    EXPECT_EQ(counted(word), 1);
    const auto second = asleep_on_many({&word, &other});
    EXPECT_EQ(counted(word), 2);
    EXPECT_EQ(counted(other), 1);
    EXPECT_EQ(wake(word, 1), 1);
    EXPECT_EQ(counted(word), 1);
    EXPECT_EQ(wake(other, 1), 1);
    EXPECT_EQ(first->result(), 0);
    EXPECT_EQ(second->result(), 1);
    EXPECT_EQ(counted(word), 0);
    EXPECT_EQ(counted(other), 0);
}

TEST_P(waits_on, answers_the_errors_of_a_wake) {
    const unsigned flags = kind().flags();
    char* const address = static_cast<char*>(word.address());
    EXPECT_EQ(futex2_testing_waits_on(address, flags | 0x40), -EINVAL);
    EXPECT_EQ(futex2_testing_waits_on(address, flags & ~(0u | FUTEX2_PRIVATE)), -ENOTSUP);
    if (kind().whole() > 1) {
        EXPECT_EQ(futex2_testing_waits_on(address + 1, flags), -EINVAL);
    }
    EXPECT_EQ(futex2_testing_waits_on(reinterpret_cast<void*>(~uintptr_t{0xff}), flags), -EFAULT);
    if (kind().numa) {
        word.set_hint(100);
        EXPECT_EQ(counted(word), -EINVAL);
    }
}

}  // namespace
}  // namespace futex2::abi_test
