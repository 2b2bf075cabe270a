// SPDX-License-Identifier: MIT
#include <futex2/barrier.hpp>

#include <gtest/gtest.h>

#include <cpp/waiting.hpp>
#include <list>
#include <utility>
#include <vector>

namespace futex2::test {
namespace {

// Threads that go through phases together, and see that nobody is behind.
class company {
  public:
    explicit company(int size) : phases_(static_cast<std::size_t>(size)) {}

    int size() const { return static_cast<int>(phases_.size()); }
    void begins(int member) { phase_of(member).fetch_add(1, std::memory_order::relaxed); }
    // Whether all have begun the phase that this one has behind it.
    bool is_together(int member) {
        const int own = phase_of(member).load(std::memory_order::relaxed);
        for (const auto& other : phases_) {
            const int theirs = other.load(std::memory_order::relaxed);
            if (theirs != own && theirs != own + 1) {
                return false;
            }
        }
        return true;
    }

  private:
    std::atomic<int>& phase_of(int member) { return phases_[static_cast<std::size_t>(member)]; }

    std::vector<std::atomic<int>> phases_;
};

// Each member's body(member), in a thread of its own on the nodes in turn.
template <class Body>
void run_all(int members, const Body& body) {
    std::list<watched_thread> threads;
    for (int i = 0; i < members; ++i) {
        threads.emplace_back("member", [&, i] {
            const on_node pinned(i);
            body(i);
        });
    }
}

TEST(BarrierTest, AllWaitForAllPhaseByPhase) {
    constexpr int phases = 500;
    for (const int size : {1, 2, 3, 5, 8}) {
        company all(size);
        int completed = 0;  // by the completion function alone
        barrier meeting(size, [&]() noexcept { ++completed; });
        std::atomic<int> strays{0};
        run_all(size, [&](int member) {
            for (int phase = 1; phase <= phases; ++phase) {
                all.begins(member);
                meeting.arrive_and_wait();
                strays += all.is_together(member) ? 0 : 1;
            }
        });
        EXPECT_EQ(strays, 0);
        EXPECT_EQ(completed, phases);
    }
}

TEST(BarrierTest, TheCompletionComesBeforeAnybodyGoesOn) {
    constexpr int size = 4, phases = 500;
    int sum = 0, arrived[size] = {};
    barrier meeting(size, [&]() noexcept {
        sum = 0;
        for (const int phase : arrived) {
            sum += phase;
        }
    });
    std::atomic<int> wrong{0};
    run_all(size, [&](int member) {
        for (int phase = 1; phase <= phases; ++phase) {
            arrived[member] = phase;
            meeting.arrive_and_wait();
            wrong += sum == size * phase ? 0 : 1;
            meeting.arrive_and_wait();  // all have seen it
        }
    });
    EXPECT_EQ(wrong, 0);
}

TEST(BarrierTest, AThreadArrivesAndWaitsLater) {
    constexpr int size = 3, phases = 300;
    company all(size);
    barrier<> meeting(size);
    std::atomic<int> strays{0};
    run_all(size, [&](int member) {
        for (int phase = 0; phase < phases; ++phase) {
            all.begins(member);
            auto arrival = meeting.arrive();
            if (phase % 3 == member) {
                std::this_thread::yield();
            }
            meeting.wait(std::move(arrival));
            strays += all.is_together(member) ? 0 : 1;
        }
    });
    EXPECT_EQ(strays, 0);
}

// What a thread saw on the node where it arrived says nothing of the words of another one.
TEST(BarrierTest, AThreadThatGoesToAnotherNodeWaitsAllTheSame) {
    constexpr int phases = 20'000;
    const int nodes = futex2_node_count();
    company all(2);
    barrier<> meeting(2 * nodes);
    std::atomic<int> strays{0};
    run_all(2, [&](int member) {
        for (int phase = 0; phase < phases; ++phase) {
            all.begins(member);
            const on_node first(phase + member);
            auto arrival = meeting.arrive(nodes);
            const on_node second(phase / 2 + nodes - 1);
            meeting.wait(std::move(arrival));
            strays += all.is_together(member) ? 0 : 1;
        }
    });
    EXPECT_EQ(strays, 0);
}

TEST(BarrierTest, WhoDropsOutIsNotExpectedAnyMore) {
    constexpr int size = 6;
    int completed = 0;
    barrier meeting(size, [&]() noexcept { ++completed; });
    run_all(size, [&](int member) {
        for (int phase = 0; phase < member; ++phase) {
            meeting.arrive_and_wait();
        }
        meeting.arrive_and_drop();
    });
    EXPECT_EQ(completed, size);
}

TEST(BarrierTest, OneThreadArrivesForMany) {
    constexpr int phases = 100;
    int completed = 0;
    barrier meeting(7, [&]() noexcept { ++completed; });
    for (int phase = 0; phase < phases; ++phase) {
        const on_node pinned(phase);
        auto first = meeting.arrive(3);
        EXPECT_EQ(completed, phase);
        auto second = meeting.arrive();
        EXPECT_EQ(completed, phase);
        static_cast<void>(meeting.arrive(3));
        EXPECT_EQ(completed, phase + 1);
        meeting.wait(std::move(first));
        meeting.wait(std::move(second));
    }
}

TEST(BarrierTest, FewThreadsArriveForManyOnAllNodes) {
    constexpr int size = 3, phases = 300;
    company all(size);
    barrier<> meeting(2 + 3 + 4);
    std::atomic<int> strays{0};
    run_all(size, [&](int member) {
        for (int phase = 0; phase < phases; ++phase) {
            all.begins(member);
            meeting.wait(meeting.arrive(2 + member));
            strays += all.is_together(member) ? 0 : 1;
        }
    });
    EXPECT_EQ(strays, 0);
}

TEST(BarrierTest, CompletesOnTheThreadThatComesLast) {
    std::thread::id completed_by;
    barrier meeting(2, [&]() noexcept { completed_by = std::this_thread::get_id(); });
    watched_thread("first", [&] { static_cast<void>(meeting.arrive()); }).join();
    EXPECT_EQ(completed_by, std::thread::id());
    meeting.arrive_and_wait();
    EXPECT_EQ(completed_by, std::this_thread::get_id());
    EXPECT_GE(barrier<>::max(), 1 << 30);
}

}  // namespace
}  // namespace futex2::test
