// SPDX-License-Identifier: MIT
// Random programs, made smaller by rapidcheck where library and kernel part.
//
// RC_PARAMS="max_success=1000 seed=1" sets how many programs there are and the seed;
// rapidcheck prints the seed, and what reproduces a failure.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>

#include "fuzz/oracle.hpp"

namespace futex2::fuzz {
namespace {

rc::Gen<uint8_t> any_byte() {
    return rc::gen::resize(rc::kNominalSize, rc::gen::arbitrary<uint8_t>());
}

TEST(Oracle, LibraryAndKernelAgree) {
    oracle knows;
    std::string parted;  // of the smallest program, in the end
    std::string first;   // of the one that was found
    const bool agree = rc::check("library and kernel agree, and all sizes do", [&] {
        const auto steps = *rc::gen::container<std::vector<encoded_step>>(
            rc::gen::container<encoded_step>(any_byte()));
        program p;
        for (const encoded_step& s : steps) p.push_back(decode(s));
        parted = knows.ask(p, all_other_sizes);
        if (first.empty()) first = parted;
        RC_ASSERT(parted.empty());
    });
    EXPECT_TRUE(agree) << parted << "Found first:\n" << first;
    const tally& done = knows.done();
    std::cout << "oracle: " << done.programs << " programs, " << done.steps << " steps, "
              << done.together << " at the same time as another\n";
}

// The programs that libFuzzer begins with: each reaches what no other does.
TEST(Oracle, LibraryAndKernelAgreeOnTheCorpus) {
    oracle knows;
    int programs = 0;
    for (const auto& entry : std::filesystem::directory_iterator(FUTEX2_CORPUS)) {
        std::ifstream file(entry.path(), std::ios::binary);
        const std::vector<char> bytes((std::istreambuf_iterator<char>(file)), {});
        const auto* data = reinterpret_cast<const uint8_t*>(bytes.data());
        EXPECT_EQ(knows.ask(decode(std::span(data, bytes.size())), all_other_sizes), "")
            << entry.path();
        ++programs;
    }
    EXPECT_GT(programs, 0);
}

}  // namespace
}  // namespace futex2::fuzz
