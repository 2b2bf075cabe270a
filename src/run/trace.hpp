// SPDX-License-Identifier: MIT
// --trace: each call as an event of the Trace Event Format, which chrome://tracing and
// Perfetto show, written when the process ends.
#pragma once

#include "run/record.hpp"

namespace futex2::run {

/** Before any call. False: no memory. */
bool begin_trace();
void trace(const record& r);
/** Writes the file, whole or not at all; says so if it cannot. */
void write_trace();

}  // namespace futex2::run
