// SPDX-License-Identifier: MIT
#pragma once

#include <futex2/testing.h>

namespace futex2::bench {

/** While it lives, no waiter of the library spins. */
class without_spin {
  public:
    without_spin() : before_(futex2_testing_set_spin(0)) {}
    ~without_spin() { futex2_testing_set_spin(before_); }
    without_spin(const without_spin&) = delete;
    without_spin& operator=(const without_spin&) = delete;

  private:
    int before_;
};

}  // namespace futex2::bench
