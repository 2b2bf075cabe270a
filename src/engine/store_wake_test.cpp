// SPDX-License-Identifier: MIT
// Once a store_wake has stored, whoever sees the value may free the word: it touches
// the word only for the sake of a waiter that it takes itself (invariant 5 of
// docs/design.md). Here the word's page is out of reach from that moment on.
#include <gtest/gtest.h>
#include <sys/mman.h>

#include <cstring>
#include <string>

#include "cpp/watched_thread.hpp"
#include "engine/interruptible.hpp"

namespace futex2::engine::test {
namespace {

using futex2::test::eventually;
using futex2::test::watched_thread;

// The interrupt points of a store_wake.
constexpr int after_the_exchange = 0;
constexpr int behind_the_lock = 2;

// A word in a page of its own.
class fragile_word {
  public:
    fragile_word() : page_(mmap(nullptr, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)) {
        if (page_ == MAP_FAILED) throw std::runtime_error("no memory");
        set_in_reach(true);
    }
    fragile_word(const fragile_word&) = delete;
    fragile_word& operator=(const fragile_word&) = delete;
    ~fragile_word() { munmap(page_, size); }

    void set_in_reach(bool yes) {
        if (mprotect(page_, size, yes ? PROT_READ | PROT_WRITE : PROT_NONE) != 0) std::abort();
    }
    void* get() const { return page_; }

  private:
    static constexpr size_t size = 4096;
    void* page_;
};

struct alignas(16) any_word {
    unsigned char bytes[16] = {};
};

class StoreWake : public testing::TestWithParam<uint32_t> {
  protected:
    word_kind kind{GetParam()};
    std::unique_ptr<test_process> p = make_process(1);
    fragile_word fragile;
    std::vector<any_word> others = std::vector<any_word>(1000);

    // Another word, whose waiters lie in the same bucket as the fragile word's, or not.
    void* other_word(bool in_same_bucket) {
        const auto* fragiles = &bucket_of(*p, fragile.get(), kind);
        for (any_word& w : others)
            if ((&bucket_of(*p, &w, kind) == fragiles) == in_same_bucket) return &w;
        throw std::runtime_error("no such word");
    }

    void set_hint(void* word, int64_t hint) const {
        if (kind.numa()) {
            const size_t size = platform::bytes_of(kind.size());
            memcpy(static_cast<char*>(word) + size, &hint, size);
        }
    }

    int store_wake_fragile() {
        return store_wake(*p, wake_request{fragile.get(), all_ones(kind.size()), 1, kind}, 1);
    }
};

TEST_P(StoreWake, TouchesNothingWhereNobodyWaits) {
    for (const bool somebody_in_the_bucket : {false, true}) {
        void* other = other_word(true);
        set_hint(other, no_node);
        std::unique_ptr<watched_thread> bystander;
        if (somebody_in_the_bucket) {
            bystander = std::make_unique<watched_thread>("bystander",
                                                         [&] { wait_for(*p, other, kind, 0); });
            ASSERT_TRUE(eventually([&] { return waits_on(*p, other, kind) == 1; }));
        }
        for (const int64_t hint : {int64_t{no_node}, int64_t{0}}) {
            set_hint(fragile.get(), hint);
            interruptible::mine() = {after_the_exchange, 0, [&] { fragile.set_in_reach(false); }};
            EXPECT_EQ(store_wake_fragile(), 0);
            EXPECT_GT(interruptible::mine().seen, after_the_exchange);
            interruptible::mine() = {};
            fragile.set_in_reach(true);
        }
        wake_all(*p, other, kind);
    }
}

TEST_P(StoreWake, TouchesNothingForAWaitThatWasClaimedThroughAnotherWord) {
    void* other = other_word(false);
    set_hint(fragile.get(), no_node);
    set_hint(other, no_node);
    wait_result result;
    watched_thread thread("waiter", [&] {
        waiter<interruptible> w;
        entry<interruptible> entries[2];
        void* const words[2] = {fragile.get(), other};
        for (uint8_t i = 0; i < 2; ++i)
            prepare(*p, test_thread::self(), entries[i], w,
                    {p->key_of(words[i], kind), 0, ~uint64_t{0}, false}, i, false);
        result = engine::waitv(*p, w, entries, 2, {});
    });
    ASSERT_TRUE(eventually([&] { return waits_on(*p, other, kind) == 1; }));

    // While the lock is held, the waiter cannot take its entry out, which it may do only
    // in a word that is there.
    interrupt& mine = interruptible::mine();
    bool in_reach = true;
    mine = {behind_the_lock, 0, [&] {
                if (in_reach) {
                    watched_thread("other waker", [&] { EXPECT_EQ(wake_all(*p, other, kind), 1); });
                    mine.at = mine.seen;  // again at the next point: before the lock goes
                }
                in_reach = !in_reach;
                fragile.set_in_reach(in_reach);
            }};
    EXPECT_EQ(store_wake_fragile(), 0);
    EXPECT_TRUE(in_reach && mine.seen > behind_the_lock + 1);
    mine = {};
    thread.join();
    EXPECT_EQ(result.status, 1);
    EXPECT_TRUE(all_empty(*p));
    if (kind.numa()) {
        EXPECT_EQ(interruptible::load_hint(fragile.get(), kind.size()), no_node);
    }
}

INSTANTIATE_TEST_SUITE_P(Kinds, StoreWake, testing::Range(0u, 8u), [](const auto& param_info) {
    const word_kind kind{param_info.param};
    return "u" + std::to_string(8 * platform::bytes_of(kind.size())) + (kind.numa() ? "_numa" : "");
});

}  // namespace
}  // namespace futex2::engine::test
