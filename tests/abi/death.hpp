// SPDX-License-Identifier: MIT
// Calls that must not come back.
#pragma once

#include <functional>

namespace futex2::abi_test {

/**
 * Runs the call in a forked child: whether SIGSEGV killed it. In a build with
 * sanitizers, which may report the access first, any failing end will do.
 */
bool dies_of_a_fault(const std::function<void()>& call);

}  // namespace futex2::abi_test
