// SPDX-License-Identifier: MIT
// What the engine uses of src/platform: the concept and its vocabulary, no machine.
#pragma once

#include "platform/concept.hpp"

namespace futex2::engine {

using platform::all_ones;
using platform::deadline;
using platform::misuse;
using platform::on_fork;
using platform::order;
using platform::platform_like;
using platform::width;

}  // namespace futex2::engine
