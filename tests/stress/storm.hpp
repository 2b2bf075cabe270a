// SPDX-License-Identifier: MIT
// A storm: threads that use the library while something goes on that makes it hard, for
// so many operations or so many seconds; and an account at the end that must be exact.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace futex2::stress {

/** When a storm, or one of the threads that share it, has done enough. */
class limit {
  public:
    using clock = std::chrono::steady_clock;

    limit() = default;  // never
    explicit limit(uint64_t operations) : operations_(operations) {}
    explicit limit(std::chrono::duration<double> time)
        : end_(clock::now() + std::chrono::duration_cast<clock::duration>(time)) {}

    bool reached(uint64_t operations) const {
        return operations >= operations_ || (end_ != clock::time_point{} && clock::now() >= end_);
    }

    /** Of each of n that go on until all have reached theirs. */
    limit share(uint64_t n) const {
        limit each = *this;
        if (end_ == clock::time_point{}) each.operations_ = (operations_ + n - 1) / n;
        return each;
    }

  private:
    uint64_t operations_ = UINT64_MAX;
    clock::time_point end_;
};

struct conditions {
    uint64_t seed;
    unsigned threads;
    limit until;
    std::chrono::duration<double> patience;  // without progress: then somebody is stranded
};

/** What a storm has counted, and what was wrong: nothing, or a sentence each. */
struct account {
    uint64_t operations = 0;
    uint64_t wakes = 0;     // calls that wake
    uint64_t woken = 0;     // waits that they say they ended
    uint64_t ended = 0;     // waits that say they were woken
    uint64_t unseen = 0;    // waits that wakes may have ended which could not say so
    uint64_t timeouts = 0;  // waits that say their deadline passed
    std::string disturbed;  // by what, and how often
    std::vector<std::string> wrong;

    /** How far the two sides are apart: wakes that nobody got, or that came from nobody. */
    uint64_t lost() const {
        if (ended < woken) return woken - ended;
        return ended - woken > unseen ? ended - woken - unseen : 0;
    }
};

struct storm {
    std::string name;
    std::string about;
    unsigned threads;     // as many as it has unless it is told otherwise
    uint64_t operations;  // of its short form
    account (*run)(const conditions&);
};

std::vector<storm>& storms();

struct registration {
    explicit registration(storm s) { storms().push_back(std::move(s)); }
};

}  // namespace futex2::stress
