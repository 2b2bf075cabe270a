// SPDX-License-Identifier: MIT
// The proposal's spelling, in every size, with and without NUMA.
#include <futex2/lpc.h>

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <cpp/watched_thread.hpp>
#include <cstdint>
#include <memory>
#include <vector>

namespace futex2::test {
namespace {

// <linux/futex.h> keeps what it defines.
static_assert(FUTEX_WAIT == 0 && FUTEX_WAKE == 1 && FUTEX_REQUEUE == 3);
static_assert(FUTEX_8 == 0 && FUTEX_16 == 1 && FUTEX_32 == 2 && FUTEX_64 == 3);
static_assert(FUTEX_SHARED_FLAG == 8 && FUTEX_CLOCK_REALTIME == 256);

// Memory for one word of any size and kind; all sizes see 0 or 1 in the value.
class any_word {
  public:
    explicit any_word(unsigned flags) : flags_(flags) {
        for (std::size_t i = 0; i < bytes(); ++i) {
            memory_[i] = 0;
            memory_[bytes() + i] = 0xff;  // the hint, -1
        }
    }
    void* address() { return memory_; }
    void set() {
        switch (flags_ & 3) {
            case FUTEX_8:
                __atomic_store_n(memory_, 1, __ATOMIC_RELEASE);
                break;
            case FUTEX_16:
                __atomic_store_n(static_cast<std::uint16_t*>(address()), 1, __ATOMIC_RELEASE);
                break;
            case FUTEX_32:
                __atomic_store_n(static_cast<std::uint32_t*>(address()), 1, __ATOMIC_RELEASE);
                break;
            default:
                __atomic_store_n(static_cast<std::uint64_t*>(address()), 1, __ATOMIC_RELEASE);
        }
    }

  private:
    std::size_t bytes() const { return std::size_t{1} << (flags_ & 3); }
    unsigned flags_;
    alignas(16) unsigned char memory_[16];
};

constexpr std::array<unsigned, 8> kinds{FUTEX_8,
                                        FUTEX_16,
                                        FUTEX_32,
                                        FUTEX_64,
                                        FUTEX_8 | FUTEX_NUMA,
                                        FUTEX_16 | FUTEX_NUMA,
                                        FUTEX_32 | FUTEX_NUMA,
                                        FUTEX_64 | FUTEX_NUMA};

class LpcTest : public testing::TestWithParam<unsigned> {};
INSTANTIATE_TEST_SUITE_P(Kinds, LpcTest, testing::ValuesIn(kinds));

TEST_P(LpcTest, WaitsAndWakes) {
    const unsigned flags = GetParam();
    any_word word(flags);
    EXPECT_EQ(futex_wait(word.address(), 1, flags, nullptr), -EAGAIN);
    std::vector<std::unique_ptr<watched_thread>> waiters;
    for (int i = 0; i < 3; ++i) {
        waiters.push_back(std::make_unique<watched_thread>(
            "futex_wait", [&] { EXPECT_EQ(futex_wait(word.address(), 0, flags, nullptr), 0); }));
    }
    EXPECT_EQ(futex_wake(word.address(), 0, flags), 0);
    int woken = 0;
    ASSERT_TRUE(eventually([&] {
        const int count = futex_wake(word.address(), 1, flags | FUTEX_CLOCK_REALTIME);
        EXPECT_LE(count, 1);
        return woken += count, woken >= 1;
    }));
    ASSERT_TRUE(eventually([&] {
        const int count = futex_wake(word.address(), ~0UL, flags);  // no negative count
        EXPECT_GE(count, 0);
        return woken += count, woken == 3;
    }));
}

TEST_P(LpcTest, ComparesTheWholeWord) {
    const unsigned flags = GetParam();
    any_word word(flags);
    const unsigned bits = 8U << (flags & 3);
    const std::uint64_t top = std::uint64_t{1} << (bits - 1);
    EXPECT_EQ(futex_wait(word.address(), top, flags, nullptr), -EAGAIN);
    if (bits < 64) {
        EXPECT_EQ(futex_wait(word.address(), top << 1, flags, nullptr), -EINVAL);
    }
}

TEST_P(LpcTest, TimesOutOnEitherClock) {
    const unsigned flags = GetParam();
    any_word word(flags);
    timespec time{};
    clock_gettime(CLOCK_MONOTONIC, &time);
    EXPECT_EQ(futex_wait(word.address(), 0, flags, &time), -ETIMEDOUT);
    clock_gettime(CLOCK_REALTIME, &time);
    EXPECT_EQ(futex_wait(word.address(), 0, flags | FUTEX_CLOCK_REALTIME, &time), -ETIMEDOUT);
    word.set();
    EXPECT_EQ(futex_wait(word.address(), 0, flags | FUTEX_CLOCK_REALTIME, &time), -EAGAIN);
    time.tv_nsec = -1;
    EXPECT_EQ(futex_wait(word.address(), 0, flags, &time), -EINVAL);
}

TEST_P(LpcTest, WaitsForAnyOfMany) {
    const unsigned flags = GetParam();
    std::vector<any_word> words;
    std::vector<struct futex_waitv> list;
    words.reserve(FUTEX_WAITV_MAX);
    for (unsigned i = 0; i < FUTEX_WAITV_MAX; ++i) {
        const unsigned kind = i == 100 ? flags : kinds[i % kinds.size()];
        words.emplace_back(kind);
        list.push_back({0, reinterpret_cast<std::uintptr_t>(words[i].address()), kind, 0});
    }
    const auto before = list;
    int named = -1;
    watched_thread waiter("futex_waitv",
                          [&] { named = futex_waitv(list.data(), FUTEX_WAITV_MAX, 0, nullptr); });
    ASSERT_TRUE(eventually([&] { return futex_wake(words[100].address(), 1, flags) == 1; }));
    waiter.join();
    EXPECT_EQ(named, 100);
    for (std::size_t i = 0; i < list.size(); ++i) {
        EXPECT_EQ(list[i].flags, before[i].flags);  // the array is only read
    }

    timespec time{};
    EXPECT_EQ(futex_waitv(list.data(), 7, FUTEX_CLOCK_REALTIME, &time), -ETIMEDOUT);
    words[5].set();
    EXPECT_EQ(futex_waitv(list.data(), 7, 0, nullptr), -EAGAIN);
}

TEST_P(LpcTest, RequeuesToAWordOfAnyKind) {
    const unsigned from_flags = GetParam();
    for (const unsigned to_flags : kinds) {
        any_word from(from_flags), to(to_flags);
        struct futex_requeue source {
            from.address(), from_flags
        };
        struct futex_requeue destination {
            to.address(), to_flags
        };
        EXPECT_EQ(futex_requeue(&source, &destination, 1, 1, 1, 0), -EAGAIN);
        watched_thread waiter("futex_wait", [&] {
            EXPECT_EQ(futex_wait(from.address(), 0, from_flags, nullptr), 0);
        });
        ASSERT_TRUE(
            eventually([&] { return futex_requeue(&source, &destination, 0, ~0U, 0, 0) == 1; }));
        EXPECT_EQ(futex_wake(from.address(), 1, from_flags), 0);
        EXPECT_EQ(futex_wake(to.address(), 1, to_flags), 1);
    }
}

TEST_P(LpcTest, SharedIsThePrivateFlagsAbsence) {
    const unsigned flags = GetParam();
    any_word word(flags);
    word.set();
    const std::uint64_t all = ~std::uint64_t{0} >> (64 - (8U << (flags & 3)));
    const unsigned plain = (flags & 3) | ((flags & FUTEX_NUMA) != 0 ? FUTEX2_NUMA : 0U);
    EXPECT_EQ(futex_wait(word.address(), 0, flags | FUTEX_SHARED_FLAG, nullptr),
              futex2_wait(word.address(), 0, all, plain, nullptr, CLOCK_MONOTONIC));
    EXPECT_EQ(futex_wake(word.address(), 1, flags | FUTEX_SHARED_FLAG),
              futex2_wake(word.address(), all, 1, plain));
}

TEST(LpcErrorTest, UnknownFlagsAreInvalid) {
    any_word word(FUTEX_32);
    struct futex_waitv item {
        0, reinterpret_cast<std::uintptr_t>(word.address()), FUTEX_32, 0
    };
    struct futex_requeue one {
        word.address(), FUTEX_32
    };
    // FUTEX_PRIVATE_FLAG is none of the proposal's: private is what it does by default.
    for (const unsigned unknown : {0x10U, 0x40U, unsigned{FUTEX_PRIVATE_FLAG}, 0x200U, 1U << 31}) {
        EXPECT_EQ(futex_wait(word.address(), 1, FUTEX_32 | unknown, nullptr), -EINVAL);
        EXPECT_EQ(futex_wake(word.address(), 1, FUTEX_32 | unknown), -EINVAL);
        EXPECT_EQ(futex_waitv(&item, 1, unknown, nullptr), -EINVAL);
        struct futex_waitv bad_item = item;
        bad_item.flags |= unknown;
        bad_item.val = 1;
        EXPECT_EQ(futex_waitv(&bad_item, 1, 0, nullptr), -EINVAL);
        struct futex_requeue bad = one;
        bad.flags |= unknown;
        EXPECT_EQ(futex_requeue(&bad, &one, 0, 0, 0, 0), -EINVAL);
        EXPECT_EQ(futex_requeue(&one, &bad, 0, 0, 0, 0), -EINVAL);
        EXPECT_EQ(futex_requeue(&one, &one, 0, 0, 0, unknown), -EINVAL);
    }
    EXPECT_EQ(futex_requeue(nullptr, &one, 0, 0, 0, 0), -EINVAL);
    EXPECT_EQ(futex_requeue(&one, nullptr, 0, 0, 0, 0), -EINVAL);
}

TEST(LpcErrorTest, AListHas1To128Words) {
    any_word word(FUTEX_8);
    const struct futex_waitv item {
        1, reinterpret_cast<std::uintptr_t>(word.address()), FUTEX_8, 0
    };
    std::vector<struct futex_waitv> list(129, item);
    EXPECT_EQ(futex_waitv(list.data(), 128, 0, nullptr), -EAGAIN);
    EXPECT_EQ(futex_waitv(list.data(), 129, 0, nullptr), -EINVAL);
    EXPECT_EQ(futex_waitv(list.data(), ~0U, 0, nullptr), -EINVAL);
    EXPECT_EQ(futex_waitv(list.data(), 0, 0, nullptr), -EINVAL);
    EXPECT_EQ(futex_waitv(nullptr, 1, 0, nullptr), -EINVAL);
    list[2].__reserved = 1;
    EXPECT_EQ(futex_waitv(list.data(), 3, 0, nullptr), -EINVAL);
}

TEST(LpcNumaTest, TheHintIsTheWaitersNode) {
    struct futex32_numa f = {.value = 0, .hint = -1};
    watched_thread waiter("futex_wait",
                          [&] { EXPECT_EQ(futex_wait(&f, 0, FUTEX_NUMA | FUTEX_32, NULL), 0); });
    ASSERT_TRUE(eventually([&] { return __atomic_load_n(&f.hint, __ATOMIC_ACQUIRE) >= 0; }));
    EXPECT_EQ(futex_wake(&f, 1, FUTEX_NUMA | FUTEX_32), 1);
    EXPECT_EQ(__atomic_load_n(&f.hint, __ATOMIC_ACQUIRE), -1);
}

}  // namespace
}  // namespace futex2::test
