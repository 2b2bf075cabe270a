// SPDX-License-Identifier: MIT
#pragma once

/// Returns when every other thread of the process sleeps, so that nothing happens any more
/// but by the caller's doing, or by a timeout.
void until_quiet(void);
