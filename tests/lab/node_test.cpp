// SPDX-License-Identifier: MIT
// Which node a thread is said to be on, and which hints words get.
#include <futex2/testing.h>
#include <gtest/gtest.h>
#include <sys/utsname.h>

#include <atomic>
#include <climits>
#include <cstdlib>
#include <random>
#include <string>
#include <thread>

#include "abi/sleeper.hpp"
#include "lab/machine.hpp"

namespace futex2::lab {
namespace {

// rseq(2) has told the node since Linux 6.3; and glibc can be kept from asking for it.
std::string expected_source() {
    const char* tunables = std::getenv("GLIBC_TUNABLES");
    if (tunables != nullptr && std::string(tunables).find("rseq=0") != std::string::npos)
        return "getcpu";
    utsname system;
    uname(&system);
    int major = 0, minor = 0;
    std::sscanf(system.release, "%d.%d", &major, &minor);
    return major > 6 || (major == 6 && minor >= 3) ? "rseq node_id" : "rseq cpu_id";
}

TEST(Node, IsReadFromTheBestThatTheKernelOffers) {
    EXPECT_EQ(futex2_testing_node_source(), expected_source());
}

TEST(Node, FollowsTheCpu) {
    std::mt19937 random(1);
    std::uniform_int_distribution<int> any_cpu(0, cpu_count() - 1);
    for (int i = 0; i < 1000; ++i) {
        const int cpu = i < cpu_count() ? i : any_cpu(random);
        run_on_cpu(cpu);
        ASSERT_EQ(futex2_current_node(), node_of_cpu(cpu)) << "on CPU " << cpu;
    }
}

// A word of each width; bits says which.
template <class Word>
class Hint : public testing::Test {
  protected:
    static constexpr unsigned kind() {
        constexpr unsigned size = sizeof(Word) == 2   ? FUTEX2_SIZE_U8
                                  : sizeof(Word) == 4 ? FUTEX2_SIZE_U16
                                  : sizeof(Word) == 8 ? FUTEX2_SIZE_U32
                                                      : FUTEX2_SIZE_U64;
        return size | FUTEX2_NUMA | FUTEX2_PRIVATE;
    }
    static constexpr uint64_t all = ~uint64_t{0} >> (64 - 4 * sizeof(Word));

    long hint() const { return static_cast<long>(__atomic_load_n(&word_.hint, __ATOMIC_ACQUIRE)); }

    // What the word's hint is while a thread of one node waits, whom a thread of another
    // then wakes.
    long hint_of_a_wait(int waiting, int waking) {
        std::thread waiter([this, waiting] {
            run_on_node(waiting);
            EXPECT_EQ(futex2_wait(&word_, 0, all, kind(), nullptr, CLOCK_MONOTONIC), 0);
        });
        abi_test::until([this] { return futex2_testing_waits_on(&word_, kind()) == 1; });
        const long seen = hint();
        run_on_node(waking);
        EXPECT_EQ(futex2_wake(&word_, all, INT_MAX, kind()), 1);
        waiter.join();
        return seen;
    }

    Word word_ = {0, FUTEX_NO_NODE};
};

using widths = testing::Types<futex8_numa, futex16_numa, futex32_numa, futex64_numa>;

struct width_names {
    template <class Word>
    static std::string GetName(int) {
        return "u" + std::to_string(4 * sizeof(Word));
    }
};
TYPED_TEST_SUITE(Hint, widths, width_names);

TYPED_TEST(Hint, IsTheNodeOfTheFirstWaiterWhileItWaits) {
    for (const int waiting : nodes_with_cpus()) {
        for (const int waking : nodes_with_cpus()) {
            ASSERT_EQ(this->hint_of_a_wait(waiting, waking), waiting) << "woken from " << waking;
            ASSERT_EQ(this->hint(), FUTEX_NO_NODE);
        }
    }
}

TYPED_TEST(Hint, OfTheUserNamesAnyNodeAndStays) {
    for (int n = 0; n < node_count(); ++n) {
        for (const int waiting : nodes_with_cpus()) {
            this->word_.hint = static_cast<decltype(this->word_.hint)>(n);
            ASSERT_EQ(this->hint_of_a_wait(waiting, waiting), n);
            ASSERT_EQ(this->hint(), n);
        }
    }
}

TYPED_TEST(Hint, ThatNamesNoNodeIsRefused) {
    this->word_.hint = static_cast<decltype(this->word_.hint)>(node_count());
    EXPECT_EQ(futex2_wake(&this->word_, this->all, 1, this->kind()), -EINVAL);
}

}  // namespace
}  // namespace futex2::lab
