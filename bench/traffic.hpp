// SPDX-License-Identifier: MIT
// What the lab counted of the traffic between nodes: docs/bench-schema.md describes the file.
#pragma once

#include <string>

namespace futex2::bench {

inline constexpr int traffic_schema_version = 1;

/**
 * The JSON of such a file, checked. What cannot be read, is not JSON or is no such count
 * throws std::invalid_argument: the path and the reason, in one line.
 */
std::string read_traffic(const std::string& path);

}  // namespace futex2::bench
