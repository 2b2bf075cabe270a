// SPDX-License-Identifier: MIT
// Where --trap is not built: its registers are those of x86-64.
#include <errno.h>

#include "run/trap.hpp"

namespace futex2::run {

bool is_trapped() {
    return false;
}

int begin_trap(char**) {
    return -ENOSYS;
}

}  // namespace futex2::run
