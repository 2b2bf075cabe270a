// SPDX-License-Identifier: MIT
// What one machine has left: the scenes, and the visits of their regions.
#pragma once

#include <vector>

#include "lab/layout.hpp"
#include "lab/trace.hpp"

namespace futex2::lab {

struct recording {
    layout machine;
    std::vector<visit> visits;
};

}  // namespace futex2::lab
