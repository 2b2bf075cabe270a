// SPDX-License-Identifier: MIT
// A queue with one place over every kind of condition variables: each hand-over is a wait
// and a notify on both sides. A notify that got lost would leave all asleep.
#include "bench/bounded_queue.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <thread>
#include <vector>

#include "bench/with_conditions.hpp"

namespace futex2::bench {
namespace {

constexpr uint64_t items_of_producer = 2000;

// Of any kind, so that the threads below are compiled once.
struct any_queue {
    std::function<void(uint64_t)> push;
    std::function<std::optional<uint64_t>()> pop;
    std::function<void()> close;
};

void expect_all_through(const any_queue& queue) {
    const auto produce = [&](uint64_t first) {
        for (uint64_t i = 0; i < items_of_producer; ++i) queue.push(first + i);
    };
    const auto consume = [&](std::vector<uint64_t>& out) {
        while (const auto item = queue.pop()) out.push_back(*item);
    };
    std::vector<uint64_t> out[2];
    std::vector<std::thread> consumers;
    for (std::vector<uint64_t>& mine : out) consumers.emplace_back([&] { consume(mine); });
    std::thread other([&] { produce(items_of_producer); });
    produce(0);
    other.join();
    queue.close();
    for (std::thread& t : consumers) t.join();

    std::vector<uint64_t> all = out[0];
    all.insert(all.end(), out[1].begin(), out[1].end());
    std::sort(all.begin(), all.end());
    ASSERT_EQ(all.size(), 2 * items_of_producer);
    for (uint64_t i = 0; i < all.size(); ++i) ASSERT_EQ(all[i], i);
}

template <class Kind>
void expect_all_through_one_place(const Kind& kind) {
    const auto nothing = [] {};
    bounded_queue<Kind> queue(kind, 1);
    expect_all_through({[&](uint64_t item) { queue.push(item, nothing); },
                        [&] { return queue.pop(nothing); }, [&] { queue.close(); }});
}

class BoundedQueue : public testing::TestWithParam<engine_id> {};

TEST_P(BoundedQueue, OfOnePlaceHandsEveryItemOver) {
    for (const unsigned bits : {32u, 64u})
        for (const bool numa : {false, true}) {
            const target what{GetParam(), bits, numa, false};
            SCOPED_TRACE(description(what));
            const made none = with_conditions(what, [](const auto&... kinds) -> made {
                (expect_all_through_one_place(kinds), ...);
                return {nullptr, "has been tried"};
            });
            EXPECT_NE(none.unsupported, "");
        }
}

INSTANTIATE_TEST_SUITE_P(All, BoundedQueue, testing::ValuesIn(all_engines()),
                         [](const auto& info_of) {
                             std::string name(name_of(info_of.param));
                             std::replace(name.begin(), name.end(), '-', '_');
                             return name;
                         });

TEST(Conditions, OverWordsNeedASequenceThatDoesNotComeRound) {
    for (const unsigned bits : {8u, 16u}) {
        const made none = with_conditions({engine_id::std, bits, false, false},
                                          [](const auto&...) -> made { return {}; });
        EXPECT_NE(none.unsupported.find("comes round"), std::string::npos) << bits;
    }
}

}  // namespace
}  // namespace futex2::bench
