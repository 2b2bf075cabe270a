// SPDX-License-Identifier: MIT
// Waiting on many words, some of which processes share.
#pragma once

#include "abi/shared.hpp"

namespace futex2::abi::shared {

// All words have been checked, their hints too; one or more are shared.
int waitv(native_process& p, const struct futex_waitv* words, unsigned n, deadline until);

}  // namespace futex2::abi::shared
