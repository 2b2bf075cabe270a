// SPDX-License-Identifier: MIT
// What the library claims about its speed, checked with the figures of one run.
#pragma once

#include "bench/result.hpp"

namespace futex2::bench {

/** Those claims for which the report has figures. Of several sizes the worst counts. */
std::vector<claim> claims_of(const report& r);

}  // namespace futex2::bench
