// SPDX-License-Identifier: MIT
// The page that shows a report, as bench/report is built into the command.
#pragma once

#include <string_view>

namespace futex2::bench {

/**
 * HTML that ends where the page's data is to stand; lives as long as the program. Empty
 * where the command was built without it (FUTEX2_BUILD_REPORT).
 */
std::string_view page();

}  // namespace futex2::bench
