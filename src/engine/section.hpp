// SPDX-License-Identifier: MIT
// The stretch in which a thread holds the lock of one bucket, or of two.
//
// Around it the thread's depth is raised, so that wakes in its signal handlers
// are deferred; behind it they are done. Depth comes first and goes last: a
// handler that saw 0 between lock and depth would wait for its own thread
// (deferral.pml, LATE_DEPTH and LOOKED_BEFORE_THE_DEPTH_FELL).
//
// A signal handler may fork inside a section. In the child the tables are empty
// and the locks free, and the section goes on over what it had read; what it
// writes into its buckets then is wiped when it is left, before the lock is.
#pragma once

#include "engine/chain.hpp"
#include "engine/thread.hpp"

namespace futex2::engine {

template <platform_like P>
void drain(process<P>& p, thread<P>& t);

template <platform_like P>
class section {
  public:
    // generation: as it was when the operation began to rely on the tables.
    section(process<P>& p, thread<P>& t, uint32_t generation, bucket<P>& a)
        : section(p, t, generation, a, a) {}

    section(process<P>& p, thread<P>& t, uint32_t generation, bucket<P>& a, bucket<P>& b)
        : process_(p),
          thread_(t),
          generation_(generation),
          // In the order of addresses, so that two sections never wait for each other.
          first_(&a < &b ? &a : &b),
          second_(&a == &b ? nullptr : (&a < &b ? &b : &a)) {
        thread_.depth.store(thread_.depth.load(order::relaxed) + 1, order::relaxed);
        P::signal_fence();
        P::interrupt_point();
        first_->lock.acquire();
        if (second_ != nullptr) second_->lock.acquire();
        P::interrupt_point();
    }

    section(const section&) = delete;
    section& operator=(const section&) = delete;

    ~section() {
        if (!left_) leave({});
    }

    // Unlocks, lets the taken waiters go, and does what handlers deferred. False:
    // this is a forked child, and nothing is queued.
    bool leave(chain<P> taken) {
        left_ = true;
        const bool ours = !process_.forked_since(generation_);
        if (!ours) {
            wipe(*first_);
            if (second_ != nullptr) wipe(*second_);
        }
        P::interrupt_point();
        if (second_ != nullptr) second_->lock.release();
        first_->lock.release();
        P::signal_fence();
        thread_.depth.store(thread_.depth.load(order::relaxed) - 1, order::relaxed);
        P::signal_fence();
        P::interrupt_point();
        taken.release();
        if (!thread_.deferred.empty()) [[unlikely]]
            drain(process_, thread_);
        return ours;
    }

  private:
    // A forked child has one thread, this one: nobody else has queued anything.
    static void wipe(bucket<P>& b) {
        b.root.set(nullptr);
        b.count.store(0, order::relaxed);
    }

    process<P>& process_;
    thread<P>& thread_;
    const uint32_t generation_;
    bucket<P>* const first_;
    bucket<P>* const second_;
    bool left_ = false;
};

}  // namespace futex2::engine
