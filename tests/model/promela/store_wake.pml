// SPDX-License-Identifier: MIT
// store_wake: the word may be freed as soon as its new value can be seen.
//
// Of store_wake() and wake_at() in wake.hpp, take() and withdraw() in take.hpp. One thread
// waits until the word is 1; another has a deadline. When both have returned, the word is freed,
// and another word begins at its address, on which a third thread waits until it is
// changed and woken. All of it may be over before the store_wake goes on behind its exchange.
//
// Holds: behind its exchange, store_wake touches the word only while a waiter that it has
// taken is not let go yet, and never a word that was freed; nobody is left asleep; a hint is
// -1 exactly if nobody waits.
//
// Broken: HINT_READ_LATE the value is stored, and the hint read then
// Broken: CLAIMED_ENTRIES_DEQUEUED entries of waiters that have given up are taken out
// Broken: LET_GO_BEFORE_THE_RESET the waiters are let go, and the hint reset then
// Broken: NO_RESET the last waiter leaves the hint
// Broken: COUNT_NOT_LOOKED_AT the bucket is locked and the word looked at where nobody waits
#include "common.inc"
#define WAITERS 3
#define NEXT 2  // waits on the next word at this address

byte value = 0, hint = NO_NODE;
bool freed, next_word;
byte count = 0, queued = 0;
bool queued_in[WAITERS], woken[WAITERS], over[WAITERS];
byte claim[WAITERS];

inline touch_word() { assert(!freed) }

inline reset_hint() {
#ifndef NO_RESET
    if
    :: queued == 0 -> touch_word(); hint = NO_NODE
    :: else
    fi
#else
    skip
#endif
}

inline dequeue(w) {
    queued--;
    reset_hint();
    queued_in[w] = false;
    count--
}

// One call, which compares the value with 0. has_deadline: it may give up.
inline wait() {
    touch_word();
    count++;
    lock(0);
    touch_word();
    atomic {
        ok = value == 0;
        if
        :: ok -> hint = 0
        :: else
        fi
    }
    if
    :: ok ->
        atomic { claim[me] = NOBODY; woken[me] = false }
        queued++;
        queued_in[me] = true
    :: else -> count--
    fi;
    unlock(0);
    if
    :: ok ->
        if
        :: woken[me]
        :: has_deadline
        fi;
        claim_by(claim[me], ITSELF, ok);
        if
        :: !ok -> woken[me]
        :: ok && !queued_in[me]
        :: ok && queued_in[me] ->
            lock(0);
            if
            :: queued_in[me] -> dequeue(me)
            :: else
            fi;
            unlock(0)
        fi
    :: else
    fi
}

proctype waiter(byte me; bool has_deadline) {
    bool ok;
    if
    :: me == NEXT -> next_word
    :: else
    fi;
    do
    :: value != 0 -> break
    :: value == 0 ->
        wait();
        if
        :: has_deadline -> break
        :: else
        fi
    od;
    over[me] = true
}

inline take(word_alive) {
    for (i : 0 .. WAITERS - 1) {
        if
        :: queued_in[i] ->
            claim_by(claim[i], 1, ok);
#ifdef CLAIMED_ENTRIES_DEQUEUED
            if
            :: true ->
#else
            if
            :: ok || word_alive || n > 0 ->
#endif
                // What dequeue() may touch the word for.
                assert(ok || word_alive || n > 0);
#ifdef LET_GO_BEFORE_THE_RESET
                queued--;
                queued_in[i] = false;
                count--;
#else
                dequeue(i);
#endif
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

inline release() {
    for (i : 0 .. WAITERS - 1) {
        if
        :: taken[i] -> woken[i] = true
        :: else
        fi
    }
#ifdef LET_GO_BEFORE_THE_RESET
    if
    :: n > 0 -> reset_hint()
    :: else
    fi
#endif
}

proctype store_waker() {
    byte h, i, n = 0;
    bool ok, taken[WAITERS];
#ifdef HINT_READ_LATE
    value = 1;
    touch_word();
    h = hint;
#else
    atomic { value = 1; h = hint }
#endif
    if
    :: h == NO_NODE || count == 0
#ifdef COUNT_NOT_LOOKED_AT
        -> touch_word()
#endif
    :: else ->
        lock(0);
        take(false);
        unlock(0);
        release()
    fi
}

// The owner of the memory changes and wakes the next word.
proctype owner() {
    byte i, n = 0;
    bool ok, taken[WAITERS];
    value == 1 && over[0] && over[1];
    freed = true;
    atomic { value = 0; hint = NO_NODE; freed = false; next_word = true }
    value = 1;
    if
    :: hint == NO_NODE || count == 0
    :: else ->
        lock(0);
        take(true);
        unlock(0);
        release()
    fi
}

init {
    atomic {
        run waiter(0, false);
        run waiter(1, true);
        run waiter(NEXT, false);
        run store_waker();
        run owner()
    }
    timeout;
    assert(over[0] && over[1] && over[NEXT]);
    assert(hint == NO_NODE && count == 0 && queued == 0)
}
