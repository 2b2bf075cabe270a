// SPDX-License-Identifier: MIT
// How long a thread looks before it queues, and after how long a wait the lock is handed to it.
//
// A lock that is free goes to whoever comes first (barging): a thread that runs takes it
// without waiting for one that must be woken. So that nobody waits for ever, a waiter that
// has waited for a millisecond is handed the lock when its turn comes.
#pragma once

#include "engine/spin.hpp"
#include "sync/state.hpp"

namespace futex2::sync {

// What a waiter notes for its waker: when it began to wait, in units of 1024 ns, the lowest
// bit set, so that it is never what a waker notes. The second bit is the type's own.
struct instant {
    static constexpr uint32_t set = 1;
    static constexpr uint32_t of_the_type = 2;

    template <platform_like P>
    static uint32_t now() {
        return (static_cast<uint32_t>(P::now() >> 10) & ~of_the_type) | set;
    }
};

// What a waker notes for the waiters that it takes.
enum : uint32_t {
    try_again = 0,
    handed_over = 4,  // the waiter owns what it waited for
};

// 0, the note of who does not wait for a lock, is no instant. The clock's 32 bits take 73
// minutes: who has waited for so long may wait for one turn more.
template <platform_like P>
bool has_waited_long(uint32_t since) {
    constexpr uint32_t millisecond = 1'000'000 >> 10;
    return since != 0 && instant::now<P>() - since > millisecond;
}

using engine::looks;

// How long a thread that wants a lock looks at it before it queues. Yields, rather than pauses:
// where threads share a CPU, whoever has the lock may be among those that they let run, and
// threads that spun for whole time slices would be served by the slice. A thread that has
// waited for long queues at once: the lock is handed to who is queued.
template <platform_like P>
class patience {
  public:
    explicit patience(const process<P>& p) : process_(p), looking_(looks_at(p)) {}

    // Passes a moment; false: it is time to queue.
    bool again() {
        const bool yields = looking_.yields_next();
        if (yields && since_ == 0) since_ = instant::now<P>();
        return looking_.again() && !(yields && has_waited_long<P>(since_));
    }

    // When it began to wait: for its note.
    uint32_t since() {
        if (since_ == 0) since_ = instant::now<P>();
        return since_;
    }

    // It was woken, but did not get the lock.
    void renew() {
        if (!has_waited_long<P>(since_)) looking_ = looks_at(process_);
    }

  private:
    static looks<P> looks_at(const process<P>& p) {
        constexpr int pauses = 4;
        constexpr int yields = 20;
        return looks<P>(p, pauses, yields);
    }

    const process<P>& process_;
    looks<P> looking_;
    uint32_t since_ = 0;
};

}  // namespace futex2::sync
