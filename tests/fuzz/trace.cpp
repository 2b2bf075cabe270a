// SPDX-License-Identifier: MIT
#include "fuzz/trace.hpp"

#include <sstream>

namespace futex2::fuzz {

std::string told(const program& p, const quiet_point& point) {
    if (point.steps.empty()) return "the wakes at the end";
    std::ostringstream text;
    for (size_t i = 0; i < point.steps.size(); ++i)
        text << (i == 0 ? "step " : "; ") << point.steps[i] << ", " << p[point.steps[i]];
    return text.str();
}

}  // namespace futex2::fuzz
