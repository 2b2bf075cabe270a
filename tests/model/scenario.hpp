// SPDX-License-Identifier: MIT
// A scenario: a few threads, each with a few calls, and what must hold at the end. Relacy
// runs it under many schedules; a thread that sleeps for ever is its "deadlock".
#pragma once

#include "model/registry.hpp"
#include "model/world.hpp"

namespace futex2::model {

// Base of the suites: `threads` threads, which begin at any time, and a world that is quiet
// at the end.
template <class Suite, unsigned threads>
struct suite : rl::test_suite<Suite, threads> {
    world w;
    void thread(unsigned i) { static_cast<Suite*>(this)->act(i); }
    void after() { w.check_quiet(); }
};

}  // namespace futex2::model
