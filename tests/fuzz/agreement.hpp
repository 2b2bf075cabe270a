// SPDX-License-Identifier: MIT
// Whether two engines showed the same.
#pragma once

#include <optional>
#include <string>

#include "fuzz/trace.hpp"

namespace futex2::fuzz {

/** Where two runs of the library, in two sizes, part; empty: nowhere. */
std::string where_sizes_part(const program& p, const trace& one, const trace& other);

/** Where library and kernel part, but for what docs/semantics.md says; empty: nowhere. */
std::string where_engines_part(const program& p, const trace& library, const trace& kernel);

}  // namespace futex2::fuzz
