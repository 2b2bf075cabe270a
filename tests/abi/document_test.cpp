// SPDX-License-Identifier: MIT
// docs/semantics.md names tests that exist, and has a row for each difference.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <vector>

#include "abi/argument_case.hpp"

namespace futex2::abi_test {
namespace {

std::vector<std::string> lines_of(const char* path) {
    std::ifstream file(path);
    std::vector<std::string> lines;
    for (std::string line; std::getline(file, line);) lines.push_back(line);
    return lines;
}

// The registered tests, without the names of instantiations and parameters.
std::set<std::string> test_names() {
    std::set<std::string> names;
    const testing::UnitTest& all = *testing::UnitTest::GetInstance();
    for (int i = 0; i < all.total_test_suite_count(); ++i) {
        const testing::TestSuite& suite = *all.GetTestSuite(i);
        std::string suite_name = suite.name();
        suite_name.erase(0, suite_name.find('/') + 1);
        for (int j = 0; j < suite.total_test_count(); ++j) {
            std::string name = suite.GetTestInfo(j)->name();
            name.erase(std::min(name.find('/'), name.size()));
            names.insert(suite_name + "." + name);
        }
    }
    return names;
}

// What stands in `backquotes` in the last column of a table's row.
std::vector<std::string> tests_of_row(const std::string& line) {
    std::vector<std::string> tests;
    if (line.compare(0, 2, "| ") != 0 || line.size() < 3) return tests;
    size_t at = line.rfind('|', line.size() - 2);
    while ((at = line.find('`', at)) != std::string::npos) {
        const size_t end = line.find('`', at + 1);
        if (end == std::string::npos) break;
        tests.push_back(line.substr(at + 1, end - at - 1));
        at = end + 1;
    }
    return tests;
}

TEST(semantics_document, names_tests_that_exist) {
    const std::set<std::string> names = test_names();
    size_t named = 0;
    for (const std::string& line : lines_of(FUTEX2_SEMANTICS)) {
        for (const std::string& test : tests_of_row(line)) {
            ++named;
            const bool is_file = test.find('/') != std::string::npos &&
                                 std::filesystem::exists(FUTEX2_ROOT "/" + test);
            EXPECT_TRUE(is_file || names.count(test) != 0) << test << " in\n" << line;
        }
    }
    EXPECT_GT(named, 100u);
}

TEST(semantics_document, has_a_row_for_every_difference) {
    std::string text;
    for (const std::string& line : lines_of(FUTEX2_SEMANTICS)) text += line + "\n";
    for (const argument_case& one : all_argument_cases()) {
        if (!one.kernel) continue;
        EXPECT_NE(text.find("<a id=\"" + std::string(one.kernel->row) + "\">"), std::string::npos)
            << one.kernel->row << ", for " << one.name;
    }
}

TEST(semantics_document, meets_no_two_cases_of_one_name) {
    std::set<std::string> seen;
    for (const argument_case& one : all_argument_cases()) {
        const std::string name = std::string(name_of(one.which)) + "." + one.name;
        EXPECT_TRUE(seen.insert(name).second) << name;
    }
}

}  // namespace
}  // namespace futex2::abi_test
