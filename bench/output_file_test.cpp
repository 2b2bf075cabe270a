// SPDX-License-Identifier: MIT
#include "bench/output_file.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <system_error>

namespace futex2::bench {
namespace {

namespace fs = std::filesystem;

class OutputFile : public testing::Test {
  protected:
    fs::path folder;

    void SetUp() override {
        std::string name = (fs::temp_directory_path() / "futex2-output-XXXXXX").string();
        ASSERT_NE(mkdtemp(name.data()), nullptr);
        folder = name;
    }
    void TearDown() override { fs::remove_all(folder); }

    static std::string text_of(const fs::path& path) {
        std::ifstream file(path);
        return {std::istreambuf_iterator<char>(file), {}};
    }
    size_t files() const {
        return static_cast<size_t>(
            std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
    }
};

TEST_F(OutputFile, ReplacesTheOldOneAndLeavesNothingElse) {
    const fs::path path = folder / "result.json";
    std::ofstream(path) << "old";
    const output_file file(path);
    EXPECT_EQ(text_of(path), "old");
    file.write("new");
    EXPECT_EQ(text_of(path), "new");
    EXPECT_EQ(files(), 1u);
}

TEST_F(OutputFile, FollowsALink) {
    fs::create_symlink("real.json", folder / "link.json");
    output_file(folder / "link.json").write("text");
    EXPECT_TRUE(fs::is_symlink(folder / "link.json"));
    EXPECT_EQ(text_of(folder / "real.json"), "text");
}

TEST_F(OutputFile, ThatCannotBeWrittenIsRefusedBeforeTheWork) {
    EXPECT_THROW(output_file(folder / "missing" / "result.json"), std::system_error);
    EXPECT_THROW(output_file{folder}, std::system_error);
    EXPECT_THROW(output_file(""), std::system_error);
}

// A full disk, played by the limit of a file's size.
TEST_F(OutputFile, KeepsTheOldOneWhenWritingFails) {
    const fs::path path = folder / "result.json";
    std::ofstream(path) << "old";
    const output_file file(path);
    rlimit before;
    getrlimit(RLIMIT_FSIZE, &before);
    const rlimit small{16, before.rlim_max};
    const auto handler = std::signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &small);
    EXPECT_THROW(file.write(std::string(1000, 'x')), std::system_error);
    setrlimit(RLIMIT_FSIZE, &before);
    std::signal(SIGXFSZ, handler);
    EXPECT_EQ(text_of(path), "old");
    EXPECT_EQ(files(), 1u);
}

}  // namespace
}  // namespace futex2::bench
