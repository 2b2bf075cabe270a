// SPDX-License-Identifier: MIT
#include "bench/page.hpp"

#if FUTEX2_BENCH_REPORT
// Of page.S.
extern "C" const char futex2_bench_page[];
extern "C" const char futex2_bench_page_end[];
#endif

namespace futex2::bench {

std::string_view page() {
#if FUTEX2_BENCH_REPORT
    return {futex2_bench_page, futex2_bench_page_end};
#else
    return {};
#endif
}

}  // namespace futex2::bench
