// SPDX-License-Identifier: MIT
// wait_any over words of mixed sizes and kinds.
#include <futex2/futex.hpp>

#include <gtest/gtest.h>
#include <signal.h>

#include <array>
#include <chrono>
#include <cpp/watched_thread.hpp>
#include <memory>
#include <optional>
#include <vector>

namespace futex2::test {
namespace {

using namespace std::chrono_literals;

enum class phase : std::uint16_t { first, second };

// One word of each size and kind.
struct mixed_words {
    futex<std::uint8_t> byte{0};
    numa_futex<std::uint8_t> numa_byte{0};
    futex<phase> plain_enum{phase::first};
    numa_futex<std::uint16_t> numa_short{0};
    std::atomic<std::int32_t> atomic_int{-1};
    numa_futex<std::uint32_t> numa_int{0};
    futex<int*> pointer{nullptr};
    numa_futex<std::uint64_t> numa_long{0};
    std::atomic<bool> flag{false};

    std::array<waitable, 9> list() const {
        return {word(byte, 0),          word(numa_byte, 0),   word(plain_enum, phase::first),
                word(numa_short, 0),    word(atomic_int, -1), word(numa_int, 0),
                word(pointer, nullptr), word(numa_long, 0),   word(flag, false)};
    }
    bool all_hints_are_free() const {
        return numa_byte.hint() == -1 && numa_short.hint() == -1 && numa_int.hint() == -1 &&
               numa_long.hint() == -1;
    }
};

TEST(WordTest, IsTheEntryOfTheCall) {
    mixed_words words;
    const waitable plain = word(words.byte, 3);
    EXPECT_EQ(plain.val, 3U);
    EXPECT_EQ(plain.uaddr, reinterpret_cast<std::uintptr_t>(&words.byte));
    EXPECT_EQ(plain.flags, static_cast<unsigned>(FUTEX2_PRIVATE | FUTEX2_SIZE_U8));
    EXPECT_EQ(plain.__reserved, 0U);
    EXPECT_EQ(word(words.numa_short, 3).flags,
              static_cast<unsigned>(FUTEX2_PRIVATE | FUTEX2_NUMA | FUTEX2_SIZE_U16));
    EXPECT_EQ(word(words.atomic_int, -1).val, 0xffff'ffffU);  // no sign beyond the word
    EXPECT_EQ(word(words.numa_long, 0).flags,
              static_cast<unsigned>(FUTEX2_PRIVATE | FUTEX2_NUMA | FUTEX2_SIZE_U64));
}

TEST(WaitAnyTest, NamesTheFirstWordThatDiffers) {
    mixed_words words;
    words.numa_long.store(1);
    EXPECT_EQ(wait_any(words.list()), 7U);
    words.atomic_int.store(0);
    EXPECT_EQ(wait_any(words.list()), 4U);
    EXPECT_EQ(wait_any_for(1h, words.list()), 4U);
    EXPECT_EQ(wait_any_for(-1h, words.list()), 4U);
    EXPECT_EQ(wait_any(word(words.byte, 0), word(words.numa_long, 1), word(words.flag, true)), 2U);
    EXPECT_EQ(wait_any(word(words.byte, 1)), 0U);
    EXPECT_TRUE(words.all_hints_are_free());
}

TEST(WaitAnyTest, SeesEveryByteOfEveryWord) {
    mixed_words words;
    int target = 0;
    words.pointer.store(&target);
    EXPECT_EQ(wait_any(words.list()), 6U);
    words.plain_enum.store(phase::second);
    EXPECT_EQ(wait_any(words.list()), 2U);
    futex<std::uint64_t> top{std::uint64_t{1} << 63};
    EXPECT_EQ(wait_any(word(words.byte, 0), word(top, 0)), 1U);
    std::atomic<std::uint16_t> high{0x100};
    EXPECT_EQ(wait_any(word(words.byte, 0), word(high, 0)), 1U);
}

TEST(WaitAnyTest, SleepsUntilOneWordChanges) {
    for (std::size_t changed = 0; changed < 9; ++changed) {
        mixed_words words;
        std::size_t named = 99;
        watched_thread waiter("wait_any", [&] { named = wait_any(words.list()); });
        ASSERT_TRUE(eventually([&] { return words.numa_long.hint() != -1; }));
        EXPECT_FALSE(waiter.done());
        int target = 0;
        switch (changed) {
            case 0:
                words.byte.store_and_wake(1);
                break;
            case 1:
                words.numa_byte.store_and_wake(1);
                break;
            case 2:
                words.plain_enum.store_and_wake(phase::second);
                break;
            case 3:
                words.numa_short.store_and_wake(1);
                break;
            case 4:
                words.atomic_int.store(5);
                futex2::notify_all(words.atomic_int);
                break;
            case 5:
                words.numa_int.store_and_wake(1);
                break;
            case 6:
                words.pointer.store_and_wake(&target);
                break;
            case 7:
                words.numa_long.store_and_wake(1);
                break;
            default:
                words.flag.store(true);
                futex2::notify_one(words.flag);
        }
        waiter.join();
        EXPECT_EQ(named, changed);
        EXPECT_TRUE(words.all_hints_are_free());
    }
}

TEST(WaitAnyTest, NamesTheWordThatWasWokenThoughItsValueIsTheOldOne) {
    mixed_words words;
    std::optional<std::size_t> named;
    watched_thread waiter("wait_any_for", [&] {
        named = wait_any_for(patience, word(words.byte, 0), word(words.numa_int, 0));
    });
    ASSERT_TRUE(eventually([&] { return words.numa_int.wake(1) == 1; }));
    waiter.join();
    EXPECT_EQ(named, 1U);
}

TEST(WaitAnyTest, GivesUpWhenTheTimeHasPassed) {
    mixed_words words;
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_EQ(wait_any_for(10ms, words.list()), std::nullopt);
    EXPECT_EQ(wait_any_until(begin + 20ms, words.list()), std::nullopt);
    EXPECT_GE(std::chrono::steady_clock::now(), begin + 20ms);
    const auto now = std::chrono::system_clock::now();
    EXPECT_EQ(wait_any_until(now, word(words.flag, false), word(words.byte, 0)), std::nullopt);
    EXPECT_EQ(wait_any_until(to_deadline(1ms), word(words.numa_byte, 0)), std::nullopt);
    EXPECT_EQ(wait_any_for(-1h, words.list()), std::nullopt);
    EXPECT_TRUE(words.all_hints_are_free());
}

TEST(WaitAnyTest, TakesUpTo128Words) {
    const auto words = std::make_unique<futex<std::uint8_t>[]>(129);
    std::vector<waitable> list;
    for (std::size_t i = 0; i < 128; ++i) {
        list.push_back(word(words[i], 0));
    }
    std::size_t named = 0;
    watched_thread waiter("wait_any", [&] { named = wait_any(list); });
    ASSERT_TRUE(eventually([&] { return words[127].wake(1) == 1; }));
    waiter.join();
    EXPECT_EQ(named, 127U);

    list.push_back(word(words[128], 1));
    EXPECT_THROW(wait_any(list), std::invalid_argument);
    EXPECT_THROW(wait_any_for(1h, list), std::invalid_argument);
    EXPECT_THROW(wait_any_until(to_deadline(1h), list), std::invalid_argument);
    list.clear();
    EXPECT_THROW(wait_any(list), std::invalid_argument);
    EXPECT_THROW(wait_any_for(1h, list), std::invalid_argument);
}

template <class... Words>
constexpr bool is_pack = requires(Words... words) {
    futex2::wait_any(words...);
};
static_assert(is_pack<waitable, waitable> && is_pack<std::vector<waitable>>);
static_assert(!is_pack<> && !is_pack<int> && !is_pack<waitable, futex<int>*>);

template <std::size_t... Index>
constexpr bool takes(std::index_sequence<Index...>) {
    return is_pack<decltype(static_cast<void>(Index), waitable{})...>;
}
static_assert(takes(std::make_index_sequence<128>()) && !takes(std::make_index_sequence<129>()));

TEST(WaitAnyTest, NamesOneOfTwoEntriesOfOneWord) {
    numa_futex<std::uint32_t> twice{0};
    std::size_t named = 99;
    watched_thread waiter("wait_any", [&] { named = wait_any(word(twice, 0), word(twice, 0)); });
    ASSERT_TRUE(eventually([&] { return twice.hint() != -1; }));
    // One thread, however many entries; none if it saw the change while it was queueing the second.
    EXPECT_LE(twice.store_and_wake(1), 1);
    waiter.join();
    EXPECT_LT(named, 2U);
    EXPECT_EQ(twice.hint(), -1);
}

TEST(WaitAnyTest, ReportsAWordThatCannotBeWaitedFor) {
    mixed_words words;
    numa_futex<std::uint32_t> damaged{0, -7};
    EXPECT_THROW(wait_any(word(words.byte, 0), word(damaged, 0)), std::system_error);
    EXPECT_THROW(wait_any_for(1h, word(damaged, 0), word(words.byte, 0)), std::system_error);
}

std::atomic<int> signals_handled{0};

TEST(WaitAnyTest, GoesOnAfterASignal) {
    struct sigaction action {};
    struct sigaction before {};
    action.sa_handler = [](int) { signals_handled.fetch_add(1); };
    sigaction(SIGUSR1, &action, &before);

    mixed_words words;
    std::atomic<bool> stop{false};
    std::atomic<std::size_t> named{99};
    watched_thread waiter("wait_any", [&] {
        named.store(wait_any(words.list()));
        while (!stop.load()) {
            std::this_thread::yield();
        }
    });
    for (int i = 1; i <= 5; ++i) {
        ASSERT_TRUE(eventually([&] { return words.numa_long.hint() != -1; }));
        waiter.signal(SIGUSR1);
        ASSERT_TRUE(eventually([&] { return signals_handled.load() >= i; }));
    }
    EXPECT_EQ(named.load(), 99U);
    words.numa_short.store_and_wake(1);
    EXPECT_TRUE(eventually([&] { return named.load() == 3; }));
    stop.store(true);
    waiter.join();
    sigaction(SIGUSR1, &before, nullptr);
}

}  // namespace
}  // namespace futex2::test
