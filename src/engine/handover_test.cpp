// SPDX-License-Identifier: MIT
// A handover, as a lock's unlock needs it: it learns who waits and what they note, takes whom
// it will, and tells them, before any of them can run or another come.
#include "engine/handover.hpp"

#include <futex2/futex2.h>
#include <gtest/gtest.h>

#include <atomic>
#include <climits>
#include <memory>
#include <vector>

#include "cpp/watched_thread.hpp"
#include "engine/interruptible.hpp"

namespace futex2::engine::test {
namespace {

using futex2::test::eventually;
using futex2::test::watched_thread;

class Handover : public testing::Test {
  protected:
    std::unique_ptr<test_process> p = make_process(2);
    uint32_t word = 0;
    key k = p->key_of(&word, plain32);
    std::atomic<uint32_t> notes[4] = {};
    std::vector<std::unique_ptr<watched_thread>> threads;

    // Waits on the word, with the note, one after the other.
    void add_waiter(uint32_t note) {
        const int i = static_cast<int>(threads.size());
        threads.push_back(std::make_unique<watched_thread>("waiter", [this, i, note] {
            const wait_result result = queue_and_sleep(*p, {k, 0, ~uint64_t{0}, false}, {}, note);
            if (result.status == 0) notes[i] = result.note;
        }));
        ASSERT_TRUE(eventually([&] { return waits_on(*p, &word, plain32) == i + 1; }));
    }
};

TEST_F(Handover, SeesTheOldestFirstTakesWhomItWillAndHandsANoteOn) {
    for (const uint32_t note : {10u, 11u, 12u, 13u}) add_waiter(note);
    {
        handover h(*p, k);
        EXPECT_GT(test_thread::self().depth.load(order::relaxed), 0u) << "outside the lock";
        EXPECT_EQ(h.oldest()->owner.get()->note.get(), 10u);
        EXPECT_EQ(h.take(1, [](const auto& e) { return e.owner.get()->note.get() > 10; }), 1);
        EXPECT_EQ(h.take(1), 1);
        EXPECT_TRUE(h.anybody_waits());
        EXPECT_EQ(h.oldest()->owner.get()->note.get(), 12u);
        h.release(7);
    }
    handover rest(*p, k);
    EXPECT_EQ(rest.take(INT_MAX), 2);
    EXPECT_FALSE(rest.anybody_waits());
    rest.release(8);
    threads.clear();
    EXPECT_EQ(notes[0], 7u);
    EXPECT_EQ(notes[1], 7u);
    EXPECT_EQ(notes[2], 8u);
    EXPECT_EQ(notes[3], 8u);
    EXPECT_TRUE(all_empty(*p));
}

TEST_F(Handover, OfAWordThatNobodyWaitsForHoldsTheLockAllTheSame) {
    handover h(*p, k);
    EXPECT_EQ(h.oldest(), nullptr);
    EXPECT_EQ(h.take(1), 0);
    EXPECT_GT(test_thread::self().depth.load(order::relaxed), 0u);
    h.release(0);
    EXPECT_EQ(test_thread::self().depth.load(order::relaxed), 0u);
}

TEST_F(Handover, LetsAThreadQueueBeforeItActs) {
    constexpr int not_yet = -1;
    std::atomic<int> waited_when_it_acted = not_yet;
    watched_thread waiter("waiter", [&] {
        const wait_result result = queue_and_sleep(*p, {k, 0, ~uint64_t{0}, false}, {}, 0, [&] {
            waited_when_it_acted = waits_on(*p, &word, plain32);
        });
        EXPECT_EQ(result.status, 0);
    });
    ASSERT_TRUE(eventually([&] { return waited_when_it_acted != not_yet; }));
    EXPECT_EQ(waited_when_it_acted, 1);
    EXPECT_EQ(wake_all(*p, &word, plain32), 1);
    waiter.join();
}

}  // namespace
}  // namespace futex2::engine::test
