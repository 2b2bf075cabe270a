// SPDX-License-Identifier: MIT
// A wait on two words, in two buckets, which two wakers may find at once.
//
// Of claims in entry.hpp, wait_on() and finish() in wait.hpp, take(), let_go() and withdraw()
// in take.hpp, chain::release() in chain.hpp. A thread waits on the words 0 and 1, with a
// deadline or without; another waits on word 0 alone. Each word is changed, and then one
// waiter of it woken. The entries lie on the first thread's stack, which is gone when
// the call returns.
//
// Holds: a wake counts one wait, and each wait is counted once; a wait reports the word
// whose wake has counted it; nobody touches the stack when the call has returned; the
// second thread is left asleep only if the one wake of its word went to the first; a hint is
// -1 exactly if nobody waits.
//
// Broken: CLAIM_IN_TWO_STEPS whether the wait is claimed is read first, and claimed then
// Broken: COUNTED_TWICE a waker counts an entry that was claimed through the other word
// Broken: STOPS_AT_A_CLAIMED_ENTRY a waker takes no more than an entry claimed elsewhere
// Broken: NO_WAITING_FOR_THE_WAKER who has lost its claim does not wait until it is let go
// Broken: NO_WITHDRAWAL the thread leaves its entry in the other word's queue
// Broken: TOUCHED_WHEN_LET_GO a waker reads an entry behind let_go()
// Broken: DEADLINE_WINS a deadline is reported though a waker has claimed the wait
// Broken: WRONG_INDEX a waker claims through the index of the other word
#include "common.inc"
#define WORDS 2

byte value[WORDS], hint[WORDS] = NO_NODE;
bool queued_in[WORDS];  // the first thread's entries
byte claim;
bool woken;     // its parker
bool returned;  // its stack is gone
byte report, counted = 0, woken_by = NO_NODE;

bool second_queued, second_woken, second_over;

inline touch_entry() { assert(!returned) }

inline claim_it(who) {
#ifdef CLAIM_IN_TWO_STEPS
    ok = claim == NOBODY;
    if
    :: ok -> claim = who
    :: else
    fi
#else
    claim_by(claim, who, ok)
#endif
}

// Word w lies on node w. The value is compared as the hint is assigned; a second waiter
// finds the hint as it should be.
inline enqueue(w, entry) {
    lock(w);
    atomic {
        ok = value[w] == 0;
        if
        :: ok -> hint[w] = w
        :: else
        fi
    }
    entry = ok;
    unlock(w)
}

inline reset_hint(w, others) {
    if
    :: others
    :: else -> hint[w] = NO_NODE
    fi
}

#define second_waits_on(w) ((w) == 0 && second_queued)

inline withdraw(w) {
    if
    :: queued_in[w] ->
        lock(w);
        if
        :: queued_in[w] -> reset_hint(w, second_waits_on(w)); queued_in[w] = false
        :: else
        fi;
        unlock(w)
    :: else
    fi
}

proctype first() {
    bool ok, has_deadline, gave_up;
    byte i;
    if
    :: has_deadline = true
    :: has_deadline = false
    fi;
    enqueue(0, queued_in[0]);
    if
    :: ok -> enqueue(1, queued_in[1])
    :: else
    fi;
    if
    :: !ok  // a word has another value
    :: ok && woken
    :: ok && has_deadline
    fi;
    claim_it(ITSELF);
    gave_up = ok;
#ifndef NO_WAITING_FOR_THE_WAKER
    if
    :: gave_up
    :: else -> woken
    fi;
#endif
#ifndef NO_WITHDRAWAL
    for (i : 0 .. WORDS - 1) {
        if
        :: !gave_up && claim == i + 1  // the waker has taken it
        :: else -> withdraw(i)
        fi
    }
#endif
    report = (gave_up -> ITSELF : claim);
#ifdef DEADLINE_WINS
    if
    :: has_deadline -> report = ITSELF
    :: true
    fi;
#endif
    returned = true
}

proctype second() {
    bool ok;
    enqueue(0, second_queued);
    if
    :: ok ->
end:    second_woken
    :: else
    fi;
    second_over = true
}

inline look_at_first(w) {
    if
    :: taken == 0 && queued_in[w] ->
        touch_entry();
#ifdef WRONG_INDEX
        claim_it(2 - w);
#else
        claim_it(1 + w);
#endif
        reset_hint(w, second_waits_on(w));
        released = ok;
#ifdef COUNTED_TWICE
        ok = true;
#endif
        if
        :: ok -> taken = 1; counted++; woken_by = w
        :: else
#ifdef STOPS_AT_A_CLAIMED_ENTRY
            -> taken = 1
#endif
        fi;
        touch_entry();
        queued_in[w] = false;  // let_go()
#ifdef TOUCHED_WHEN_LET_GO
        touch_entry()
#endif
    :: else
    fi
}

inline look_at_second(w) {
    if
    :: taken == 0 && second_waits_on(w) ->
        second_queued = false;
        reset_hint(w, queued_in[w]);
        taken = 2
    :: else
    fi
}

proctype waker(byte w) {
    byte taken = 0;
    bool ok, released = false;
    value[w] = 1;
    if
    :: hint[w] == NO_NODE
    :: else ->
        lock(w);
        // Whichever came first.
        if
        :: true -> look_at_first(w); look_at_second(w)
        :: true -> look_at_second(w); look_at_first(w)
        fi;
        unlock(w);
        if
        :: released -> touch_entry(); woken = true  // the exchange of the parker
        :: taken == 2 -> second_woken = true
        :: else
        fi
    fi
}

init {
    atomic { run first(); run second(); run waker(0); run waker(1) }
    timeout;  // nobody can go on
    assert(returned && !queued_in[0] && !queued_in[1]);
    assert(counted == (report == ITSELF -> 0 : 1));
    assert(report == ITSELF || report == woken_by + 1);
    assert(second_over || report == 1);
    assert((hint[0] == NO_NODE) == !second_queued && hint[1] == NO_NODE)
}
