// SPDX-License-Identifier: MIT
// How long a thread spins before it sleeps.
#pragma once

namespace futex2::engine {

// Spinning pays where the waker runs at the same time on another CPU, and costs
// a part of a time slice where it waits for this very CPU. Which of the two
// holds is what the last waits have shown: each spin that failed halves the next
// one, one that succeeded brings back the full length. A thread that no longer
// spins tries a short spin now and then, to notice that CPUs have become free.
struct spin_budget {
    static constexpr int retry_after = 64;  // waits
    static constexpr int retry_share = 8;   // of the full length

    int failures;  // in a row
    int skipped;   // waits that did not spin

    int rounds(int most) {
        if (const int left = most >> failures; left > 0) return left;
        if (++skipped < retry_after) return 0;
        skipped = 0;
        return most / retry_share;
    }

    void succeeded() { failures = 0; }
    void failed() {
        if (failures < 31) ++failures;
    }
};

}  // namespace futex2::engine
