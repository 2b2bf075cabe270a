// SPDX-License-Identifier: MIT
// How long a thread looks and spins before it sleeps.
#pragma once

#include "engine/process.hpp"

namespace futex2::engine {

// The looks of a thread at what it waits for before it queues, between pauses, and at last
// between yields: one of the threads that they let run may be about to end the wait. By
// default as many looks as libstdc++'s atomic waits take; none where the process never spins.
template <platform_like P>
class looks {
  public:
    explicit looks(const process<P>& p, int pauses = 12, int yields = 4)
        : left_(p.most_spins.load(order::relaxed) == 0 ? 0 : pauses + yields), yields_(yields) {}
    // Before a sleep. A yield may last beyond a deadline.
    static looks of_wait(const process<P>& p, bool timed) {
        return timed ? looks(p, 16, 0) : looks(p);
    }

    // Passes a moment; false: it has looked often enough.
    bool again() {
        if (left_ == 0) return false;
        if (left_-- > yields_)
            P::pause();
        else
            P::yield();
        return true;
    }

    // Whether the next moment is spent by a yield, which may take a time slice of each of the
    // threads that it lets run.
    bool yields_next() const { return left_ > 0 && left_ <= yields_; }

  private:
    int left_;
    int yields_;
};

// Spinning pays where the waker runs at the same time on another CPU, and costs a
// part of a time slice where it waits for this very CPU. Which of the two holds is
// what the thread's last waits have shown:
//
// - used to success: it spins about twice as long as the last wait took;
// - failed once: the waker may just have been asleep itself, and takes as long as a
//   sleep and a wake do: the next spin has the full length, which is about that;
// - failed at full length: it sleeps at once, and tries the full length only now and
//   then, to notice that CPUs have become free.
//
// All-zero is the second state: a thread's first spin has the full length.
struct spin_budget {
    static constexpr int retry_after = 64;  // waits
    static constexpr int slack = 64;        // rounds

    int usual;    // rounds; 0: not known, or it has failed
    int resting;  // waits that still sleep at once

    int rounds(int most) {
        if (usual > 0) return usual < most ? usual : most;
        if (resting == 0) return most;
        --resting;
        return 0;
    }

    // What came of a spin of `tried` rounds, of which it used `used`.
    void succeeded(int used) {
        usual = 2 * used + slack;
        resting = 0;
    }
    void failed(int tried, int most) {
        if (tried >= most) resting = retry_after;
        usual = 0;
    }
};

}  // namespace futex2::engine
