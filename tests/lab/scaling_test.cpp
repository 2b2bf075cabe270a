// SPDX-License-Identifier: MIT
#include "lab/scaling.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>

namespace futex2::lab {
namespace {

constexpr int own_lines = 4, other_lines = 3;

const tally lines = {{{measure::lines, false, 0, 0}, own_lines},
                     {{measure::lines, true, 0, 1}, other_lines}};

server with_nodes(int nodes) {
    return {"", nodes, 10, 100, 1000};
}

TEST(Scaling, ColdLinesOfOtherNodesAreAsManyAsWereCounted) {
    EXPECT_DOUBLE_EQ(cold(lines, with_nodes(4)), own_lines * 10 + other_lines * 100);
}

// Of four lines that lie anywhere, three are others' among four nodes, and two among two.
TEST(Scaling, WithFewerNodesMoreLinesAreOnesOwn) {
    EXPECT_DOUBLE_EQ(cold(lines, with_nodes(2)), (own_lines + 1) * 10 + (other_lines - 1) * 100);
}

TEST(Scaling, WarmCostsWhatComesFromOtherNodes) {
    const tally t = {{{measure::transfers, false, 0, 1}, 2},
                     {{measure::invalidations, true, 0}, 3},
                     {{measure::lines, true, 0, 1}, 50}};
    EXPECT_DOUBLE_EQ(warm(t, with_nodes(4)), 5 * 1000);
}

class Servers : public testing::Test {
  protected:
    std::vector<server> read(const std::string& text) const {
        std::ofstream(file_) << text;
        return read_servers(file_);
    }
    ~Servers() override { std::filesystem::remove(file_); }

    const std::string file_ = testing::TempDir() + "servers.json";
};

TEST_F(Servers, AreMeansOverNodes) {
    const auto servers = read(R"([{"name": "a", "memory": [[1, 10], [20, 3]],
                                   "caches": [[[0, 4], [6, 0]], [[0, 8], [10, 0]]]}])");
    ASSERT_EQ(servers.size(), 1u);
    EXPECT_EQ(servers[0].name, "a");
    EXPECT_EQ(servers[0].nodes, 2);
    EXPECT_DOUBLE_EQ(servers[0].local, 2);
    EXPECT_DOUBLE_EQ(servers[0].remote, 15);
    EXPECT_DOUBLE_EQ(servers[0].transfer, 7);
}

TEST_F(Servers, WithoutCachesTransferAsFromMemory) {
    const auto servers = read(R"([{"name": "a", "memory": [[1, 10], [20, 3]], "caches": []}])");
    EXPECT_DOUBLE_EQ(servers.at(0).transfer, 15);
}

TEST_F(Servers, WithoutAMatrixOfAllNodesAreRefused) {
    EXPECT_THROW(read(R"([{"name": "a", "memory": [[1, 2]], "caches": []}])"), std::runtime_error);
    EXPECT_THROW(read(R"([{"name": "a", "memory": [[1]], "caches": []}])"), std::runtime_error);
    EXPECT_THROW(read(R"([{"name": "a", "caches": []}])"), std::runtime_error);
    EXPECT_THROW(read("[{"), std::runtime_error);
}

}  // namespace
}  // namespace futex2::lab
