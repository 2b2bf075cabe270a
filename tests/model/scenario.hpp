// SPDX-License-Identifier: MIT
// A scenario: a few threads, each with a few calls, and what must hold at the end. Relacy
// runs it under many schedules; a thread that sleeps for ever is its "deadlock".
#pragma once

#include "model/registry.hpp"
#include "model/world.hpp"

namespace futex2::model {

// Base of the scenes: threads that begin at any time, and a world that is quiet at the end.
template <unsigned count>
struct suite : scene {
    static constexpr unsigned threads = count;
    world w;
    void after() override { w.check_quiet(); }
};

}  // namespace futex2::model
