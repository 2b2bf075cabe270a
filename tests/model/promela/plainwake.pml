// SPDX-License-Identifier: MIT
// A plain word: the count of its bucket is all that a waker looks at before it leaves.
//
// Of enqueue() in wait.hpp, wake() and nobody_waits() in wake.hpp, take() and withdraw() in
// take.hpp. Raced: a waiter that comes against the look at the count; a waiter that gives up
// against the wake. A store, and the raise of a count, become visible at the next fence at
// the latest.
//
// Holds: no waiter is left asleep; a wake counts those whose wait it ends; at the end the
// count is 0.
//
// Broken: LATE_COUNT the count is raised after the value was compared
// Broken: NO_FENCE_IN_WAKE the count may be read before the new value is visible
// Broken: NO_FENCE_BEHIND_THE_RAISE the value may be compared before the raise is visible
// Broken: NO_ROLLBACK a waiter that finds another value leaves the count raised
// Broken: CLAIM_IN_TWO_STEPS whether the wait is claimed is read first, and claimed then
// Broken: NO_SECOND_LOOK who gives up does not look again, under the lock, whether it is queued
#include "common.inc"
#define WAITERS 2

byte value = 0;
byte count = 0;
bool queued[WAITERS], woken[WAITERS];
byte claim[WAITERS];
byte done = 0, counted = 0, ended_by_wake = 0;

// Store buffers, of one store each: it becomes visible at any time after `stored`.
bool value_stored = false, value_visible = false;
bool raise_stored[WAITERS], raise_visible[WAITERS];

proctype waker_buffer() {
end: value_stored;
    value = 1;
    value_visible = true
}

proctype waiter_buffer(byte me) {
end: raise_stored[me];
    atomic { count++; raise_visible[me] = true }
}

inline raise_count() {
    raise_stored[me] = true;
#ifndef NO_FENCE_BEHIND_THE_RAISE
    raise_visible[me]
#endif
}

inline claim_it(w, who, ok) {
#ifdef CLAIM_IN_TWO_STEPS
    ok = claim[w] == NOBODY;
    if
    :: ok -> claim[w] = who
    :: else
    fi
#else
    claim_by(claim[w], who, ok)
#endif
}

proctype waiter(byte me; bool has_deadline) {
    bool ok;
#ifndef LATE_COUNT
    raise_count();
#endif
    lock(0);
    ok = value == 0;
#ifdef LATE_COUNT
    if
    :: ok -> raise_count()
    :: else
    fi;
#endif
    if
    :: ok -> queued[me] = true
    :: else ->
#if !defined(NO_ROLLBACK) && !defined(LATE_COUNT)
        atomic { raise_visible[me] -> count-- }
#endif
    fi;
    unlock(0);
    if
    :: ok ->
        if
        :: woken[me]
        :: has_deadline
        fi;
        claim_it(me, ITSELF, ok);
        if
        :: !ok -> woken[me]; ended_by_wake++
        :: ok && queued[me] ->
            lock(0);
#ifndef NO_SECOND_LOOK
            if
            :: queued[me] ->
#endif
                queued[me] = false;
                atomic { raise_visible[me] -> count-- }
#ifndef NO_SECOND_LOOK
            :: else
            fi
#endif
            unlock(0)
        :: else
        fi
    :: else
    fi;
    done++
}

inline take(w) {
    if
    :: queued[w] ->
        claim_it(w, 1, ok);
        queued[w] = false;
        atomic { raise_visible[w] -> count-- }
        taken[w] = ok;
        if
        :: ok -> counted++
        :: else
        fi
    :: else
    fi
}

proctype waker() {
    bool ok, taken[WAITERS];
    byte i;
    value_stored = true;
#ifndef NO_FENCE_IN_WAKE
    value_visible;
#endif
    if
    :: count == 0
    :: else ->
        lock(0);
        take(0);
        take(1);
        unlock(0);
        for (i : 0 .. WAITERS - 1) { woken[i] = taken[i] }
    fi;
    done++
}

init {
    byte i;
    atomic {
        for (i : 0 .. WAITERS - 1) { run waiter(i, i == 0); run waiter_buffer(i) }
        run waker();
        run waker_buffer()
    }
    done == WAITERS + 1;
    assert(count == 0);
    assert(counted == ended_by_wake)
}
