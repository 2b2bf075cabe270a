// SPDX-License-Identifier: MIT
// Asks the kernel whether the library ran a program rightly, and the library whether
// all sizes of word are alike.
#pragma once

#include <futex2/futex2.h>

#include <array>
#include <span>
#include <string>

#include "fuzz/crew.hpp"
#include "fuzz/program.hpp"

namespace futex2::fuzz {

inline constexpr std::array<unsigned, 3> all_other_sizes = {FUTEX2_SIZE_U8, FUTEX2_SIZE_U16,
                                                            FUTEX2_SIZE_U64};

/** What was done so far. */
struct tally {
    uint64_t programs = 0;
    uint64_t steps = 0;     // that were made, each on all of the engines and sizes
    uint64_t together = 0;  // of these, at the same time as another
    uint64_t runs = 0;
};

class oracle {
  public:
    oracle();

    /**
     * Runs it with words of 32 bits on both engines, private ones and shared ones, and with
     * those of other sizes on the library. Returns where the runs part, with the program; empty:
     * nowhere.
     */
    std::string ask(const program& p, std::span<const unsigned> other_sizes);

    const tally& done() const { return done_; }

  private:
    void count(const struct trace& seen);

    crew crew_;
    tally done_;
};

}  // namespace futex2::fuzz
