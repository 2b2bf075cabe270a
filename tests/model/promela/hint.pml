// SPDX-License-Identifier: MIT
// A NUMA word: a value, a hint, and a bucket on each of two nodes.
//
// Of enqueue() in wait.hpp, wake() and store_wake() in wake.hpp, take() and withdraw() in
// take.hpp, reset_hint() in hint.hpp. Raced: first waiters on two nodes; the last waiter out
// against a new one that has read the hint; a waiter that gives up against a wake; a wake's
// store, which becomes visible at its fence at the latest, against its look at the hint. The
// hint may be the user's.
//
// Holds: no waiter is left asleep; a wake counts those whose wait it ends; whenever a
// bucket is unlocked, the hint names it exactly if somebody is queued there; a hint that the
// user gave stays.
//
// Broken: HINT_IN_TWO_STEPS the value is compared first, and the hint assigned then
// Broken: NO_LOOK_AGAIN under the lock, only the value is looked at again
// Broken: NO_FENCE the hint may be read before the new value is visible
// Broken: LATE_COUNT the count is raised after the hint was assigned
// Broken: NO_RESET the last waiter out leaves the hint
// Broken: RESET_UNLOCKED the hint is reset when the bucket has been unlocked
// Broken: RESET_GIVEN the last waiter out resets a hint that the user gave
// Broken: FLAG_FORGOTTEN the one who assigns the hint does not note that it did
#include "common.inc"
#define WAITERS 3

byte value = 0;
byte hint, given;  // as it is, and as the user left it
bool value_stored = false, value_visible = false;  // the waker's store buffer

byte count[2], queued[2];  // of each node's bucket
bool assigned[2];
byte queued_in[WAITERS], claim[WAITERS];
bool woken[WAITERS];
byte done = 0, counted = 0, ended_by_wake = 0;

inline leave(n) {
    assert(given != NO_NODE || (queued[n] > 0) == (hint == n));
    unlock(n)
}

// The word changes by one compare-and-swap of both halves, or of the hint, which is the same to
// others, for under this lock a hint n stays.
inline reset_hint(n) {
    atomic {
        if
        :: hint == n -> hint = NO_NODE
        :: else
        fi
    }
}

inline dequeue(n, w) {
    queued[n]--;
    queued_in[w] = NO_NODE;
    reset = queued[n] == 0 && assigned[n];
#ifdef RESET_GIVEN
    reset = queued[n] == 0;
#endif
    if
    :: reset ->
        assigned[n] = false;
#if !defined(NO_RESET) && !defined(RESET_UNLOCKED)
        reset_hint(n)
#endif
    :: else
    fi;
    count[n]--
}

// Under the lock of n: ok says whether the waiter may queue.
inline compare_again() {
    if
    :: seen == NO_NODE ->
#ifdef HINT_IN_TWO_STEPS
        ok = value == 0 && hint == NO_NODE;
        if
        :: ok -> hint = n
        :: else
        fi
#else
        atomic {
            ok = value == 0 && hint == NO_NODE;
            if
            :: ok -> hint = n
            :: else
            fi
        }
#endif
    :: else ->
        ok = value == 0;
#ifndef NO_LOOK_AGAIN
        ok = ok && hint == n
#endif
    fi
}

inline enqueue() {
    ok = false;
    do
    :: ok || value != 0 -> break
    :: else ->
        seen = hint;
        n = (seen == NO_NODE -> node : seen);
#ifndef LATE_COUNT
        count[n]++;
#endif
        lock(n);
        compare_again();
#ifdef LATE_COUNT
        count[n]++;
#endif
        if
        :: ok ->
            queued[n]++;
            queued_in[me] = n;
#ifndef FLAG_FORGOTTEN
            if
            :: seen == NO_NODE -> assigned[n] = true
            :: else
            fi
#endif
        :: else -> count[n]--
        fi;
#ifdef RESET_UNLOCKED
        unlock(n)
#else
        leave(n)
#endif
    od
}

inline withdraw() {
    n = queued_in[me];
    if
    :: n != NO_NODE ->
        lock(n);
        reset = false;
        if
        :: queued_in[me] == n -> dequeue(n, me)
        :: else
        fi;
#ifdef RESET_UNLOCKED
        unlock(n);
        if
        :: reset -> reset_hint(n)
        :: else
        fi
#else
        leave(n)
#endif
    :: else
    fi
}

proctype waiter(byte me; byte node; bool has_deadline) {
    byte seen, n;
    bool ok, reset;
    enqueue();
    if
    :: ok ->
        if
        :: woken[me]
        :: has_deadline
        fi;
        claim_by(claim[me], ITSELF, ok);
        if
        :: ok -> withdraw()
        :: else -> woken[me]; ended_by_wake++
        fi
    :: else
    fi;
    done++
}

inline take() {
    for (i : 0 .. WAITERS - 1) {
        if
        :: queued_in[i] == h ->
            claim_by(claim[i], 1, ok);
            if
            :: ok || word_alive || n > 0 ->
                dequeue(h, i);
                if
                :: ok -> taken[i] = true; n++
                :: else
                fi
            :: else
            fi
        :: else
        fi
    }
}

proctype waker() {
    byte h, i, n = 0;
    bool ok, reset, word_alive, taken[WAITERS];
    if
    :: word_alive = true;
        value_stored = true;
#ifndef NO_FENCE
        value_visible;
#endif
        h = hint
    :: atomic { value = 1; h = hint }  // store_wake
    fi;
    if
    :: h != NO_NODE && count[h] > 0 ->
        lock(h);
        take();
#ifdef RESET_UNLOCKED
        unlock(h);
        if
        :: reset -> reset_hint(h)
        :: else
        fi;
#else
        leave(h);
#endif
        counted = n;
        for (i : 0 .. WAITERS - 1) { woken[i] = taken[i] }
    :: else
    fi;
    done++
}

proctype waker_buffer() {
end: value_stored;
    value = 1;
    value_visible = true
}

init {
    byte i;
    atomic {
        if
        :: given = NO_NODE
        :: given = 1
        fi;
        hint = given;
        for (i : 0 .. WAITERS - 1) { queued_in[i] = NO_NODE; run waiter(i, i % 2, i == 2) }
        run waker();
        run waker_buffer()
    }
    done == WAITERS + 1;
    assert(hint == given);
    assert(count[0] == 0 && count[1] == 0 && queued[0] == 0 && queued[1] == 0);
    assert(counted == ended_by_wake)
}
