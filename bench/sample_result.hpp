// SPDX-License-Identifier: MIT
// A result for tests of what is made of results.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "bench/result.hpp"

namespace futex2::bench {

inline result one(const std::string& engine, std::vector<double> runs) {
    result r;
    r.suite = "wake";
    r.variant = "-w 1";
    r.engine = engine;
    r.threads = 4;
    r.metric = "time";
    r.unit = "ms";
    r.runs = std::move(runs);
    return r;
}

}  // namespace futex2::bench
