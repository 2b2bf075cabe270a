// SPDX-License-Identifier: MIT
#include "fuzz/oracle.hpp"

#include <futex2/testing.h>

#include <sstream>

#include "fuzz/agreement.hpp"
#include "fuzz/run.hpp"

namespace futex2::fuzz {
namespace {

const side library = {abi_test::library(), FUTEX2_SIZE_U32};
const side kernel = {abi_test::kernel(), FUTEX2_SIZE_U32};
const side library_shared = {abi_test::library(), FUTEX2_SIZE_U32, true};
const side kernel_shared = {abi_test::kernel(), FUTEX2_SIZE_U32, true};

std::string report(const program& p, const std::string& who, const std::string& what) {
    std::ostringstream text;
    text << who << " part:\n" << what << "The program:\n" << p;
    return text.str();
}

}  // namespace

// A wait that is not over at once sleeps: what comes to rest soon is soon compared.
oracle::oracle() {
    futex2_testing_set_spin(0);
}

std::string oracle::ask(const program& p, std::span<const unsigned> other_sizes) {
    const trace seen = run(crew_, library, p);
    count(seen);
    if (abi_test::kernel().missing_numa.empty()) {
        const trace right = run(crew_, kernel, p, &seen);
        ++done_.runs;
        if (const std::string what = where_engines_part(p, seen, right); !what.empty())
            return report(p, "Library and kernel", what);
        const trace seen_shared = run(crew_, library_shared, p);
        const trace right_shared = run(crew_, kernel_shared, p, &seen_shared);
        done_.runs += 2;
        if (const std::string what = where_engines_part(p, seen_shared, right_shared);
            !what.empty())
            return report(p, "On shared words, library and kernel", what);
    }
    for (const unsigned size : other_sizes) {
        const trace alike = run(crew_, {abi_test::library(), size}, p);
        ++done_.runs;
        if (const std::string what = where_sizes_part(p, seen, alike); !what.empty())
            return report(p, "Words of 32 and of " + std::to_string(8 << size) + " bits", what);
    }
    return "";
}

void oracle::count(const trace& seen) {
    ++done_.programs;
    ++done_.runs;
    for (const quiet_point& point : seen.points) {
        done_.steps += point.steps.size();
        if (point.steps.size() > 1) done_.together += point.steps.size();
    }
}

}  // namespace futex2::fuzz
