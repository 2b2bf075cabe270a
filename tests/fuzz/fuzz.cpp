// SPDX-License-Identifier: MIT
// The oracle under libFuzzer, which looks for programs that reach new code in the library.
// An input is the bytes of the steps (program.hpp). What was done is printed at the end.
#include <cstdio>
#include <cstdlib>
#include <numeric>

#include "fuzz/oracle.hpp"

namespace {

futex2::fuzz::oracle& instance() {
    static futex2::fuzz::oracle one;
    return one;
}

void print_tally() {
    const futex2::fuzz::tally& done = instance().done();
    std::fprintf(stderr,
                 "oracle: %lu programs, %lu steps, %lu at the same time as another, %lu runs\n",
                 done.programs, done.steps, done.together, done.runs);
}

}  // namespace

extern "C" int LLVMFuzzerInitialize(int*, char***) {
    instance();
    std::atexit(print_tally);
    return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t n) {
    // One other size, chosen by the input: more programs in the same time.
    const auto& sizes = futex2::fuzz::all_other_sizes;
    const size_t chosen = std::accumulate(bytes, bytes + n, size_t{0}) % sizes.size();
    const std::string parted =
        instance().ask(futex2::fuzz::decode(std::span(bytes, n)), std::span(&sizes[chosen], 1));
    if (!parted.empty()) {
        std::fputs(parted.c_str(), stderr);
        std::abort();
    }
    return 0;
}
