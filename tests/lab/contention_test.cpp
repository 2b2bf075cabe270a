// SPDX-License-Identifier: MIT
#include "lab/contention.hpp"

#include <gtest/gtest.h>

#include "lab/region.hpp"

namespace futex2::lab {
namespace {

constexpr int nodes_of_three_cpus[] = {0, 0, 1};

class Contest : public testing::Test {
  protected:
    void mark(uint8_t cpu, region where) {
        record r = {};
        r.what = record::type::mark;
        r.cpu = cpu;
        r.address = static_cast<uint64_t>(where);
        counter_.add(r);
    }
    void take(uint8_t cpu) {
        mark(cpu, region::lock_wanted);
        mark(cpu, region::lock_held);
    }
    void give_back(uint8_t cpu) {
        mark(cpu, region::lock_returned);
        mark(cpu, region::lock_unwanted);
    }
    void take_and_give_back(uint8_t cpu, int times) {
        for (int i = 0; i < times; ++i) {
            take(cpu);
            give_back(cpu);
        }
    }
    void transfer(uint64_t address, bool kernel) {
        record r = {};
        r.what = record::type::load;
        r.address = address;
        r.from = 1;
        r.kernel = kernel;
        counter_.add(r);
    }
    const contest& sum() const { return counter_.sum(); }

    const scene scene_ = {"mutex", 0, -1, {{"lock", 64, 128}}};
    contest_counter counter_{nodes_of_three_cpus, scene_};
};

TEST_F(Contest, ARunIsOneWhileAnotherNodeWaits) {
    take_and_give_back(0, 5);
    EXPECT_EQ(sum().longest_run, 0);
    mark(1, region::lock_wanted);
    take_and_give_back(0, 2);
    EXPECT_EQ(sum().longest_run, 0) << "who waits is of the node";
    mark(2, region::lock_wanted);
    take_and_give_back(0, 2);
    mark(1, region::lock_held);
    EXPECT_EQ(sum().longest_run, 3) << "by two threads of the node";
    give_back(1);
    mark(2, region::lock_held);
    give_back(2);
    take_and_give_back(0, 9);
    EXPECT_EQ(sum().longest_run, 3);
}

TEST_F(Contest, SaysWhoHadItBefore) {
    take_and_give_back(0, contest_counter::uncounted);
    EXPECT_EQ(sum().acquisitions, 0);
    take_and_give_back(0, 2);
    take(1);
    mark(2, region::lock_wanted);
    give_back(1);
    mark(2, region::lock_held);
    EXPECT_EQ(sum().acquisitions, 4);
    EXPECT_EQ(sum().by_same, 2);
    EXPECT_EQ(sum().from_node, 1);
    EXPECT_EQ(sum().contended, 1);
}

TEST_F(Contest, WhoIsHandedItHasItBeforeTheUnlockIsOver) {
    take_and_give_back(0, contest_counter::uncounted);
    take(0);
    mark(2, region::lock_wanted);
    mark(0, region::lock_returned);
    mark(2, region::lock_held);
    mark(0, region::lock_unwanted);
    mark(1, region::lock_wanted);
    EXPECT_EQ(sum().contended, 2);
}

TEST_F(Contest, KeepsTransfersApart) {
    transfer(64, false);
    EXPECT_EQ(sum().program_transfers(), 0) << "nothing is counted yet";
    take_and_give_back(0, contest_counter::uncounted);
    transfer(64, false);
    transfer(72, false);
    transfer(200, false);
    transfer(64, true);
    const std::map<std::string, int64_t> expected = {{"lock", 2}, {"thread", 1}};
    EXPECT_EQ(sum().transfers, expected);
    EXPECT_EQ(sum().kernel_transfers, 1);
}

}  // namespace
}  // namespace futex2::lab
