// SPDX-License-Identifier: MIT
// Waiters moved from one NUMA word to another, on two nodes.
//
// Of requeue() and move() in requeue.hpp, withdraw() in take.hpp, enqueue() in wait.hpp
// (hint.pml goes into its steps). Two of three waiters come: one has a deadline and waits on
// another word too, so that its claim is looked at; one waits for as long as it takes; one,
// with a deadline, is on the destination from the start. They race a requeue, and a thread
// that changes and wakes the source and then the destination. Both words share a bucket on
// each node. One hint may be the user's.
//
// Holds: nobody is left asleep, wherever it was moved; a wake counts those whose wait it ends;
// who takes an entry out holds the lock of the bucket that it lies in; at the end each hint
// is what the user gave, or -1.
//
// Long: it has millions of states
// Broken: NO_SECOND_LOOK who gives up does not look again, under the lock, where it is queued
// Broken: LEFT_UNDER_THE_FIRST_KEY who gives up leaves the word that it came for
// Broken: DESTINATION_NOT_LOOKED_AT_AGAIN its hint is not looked at again under the locks
// Broken: FLAG_CARRIED_OVER the source's flag moves with the waiters
// Broken: FLAG_NOT_SET the hint that the requeue assigns is not noted
// Broken: NO_ROLLBACK the assigned hint stays though all who were to move had given up
// Broken: SOURCE_HINT_NOT_RESET the hint of a source that is empty now stays
// Broken: COUNT_RAISED_LATE the source is emptied before the destination's count is raised
#include "common.inc"
#define WAITERS 3
#define SOURCE 0
#define DESTINATION 1
#define AT(w, n) (2 * (w) + (n))

byte value[2];
byte hint[2], given[2];
byte count[2];               // of each node's bucket
byte queued[4];              // of each word, in the node's bucket
bool assigned[4];
byte word_of[WAITERS];       // entry::address
byte queued_in[WAITERS] = NO_NODE;
byte claim[WAITERS];
bool woken[WAITERS];
byte done = 0, counted = 0, ended_by_wake = 0;
#define alone(w) ((w) != 0)  // entry::alone

#ifdef SOURCE_HINT_NOT_RESET
#define is_reset(w) ((w) != SOURCE)
#else
#define is_reset(w) true
#endif

inline reset_behind_the_last(w, n) {
    if
    :: queued[AT(w, n)] == 0 && assigned[AT(w, n)] ->
        assigned[AT(w, n)] = false;
        if
        :: hint[w] == n && is_reset(w) -> hint[w] = NO_NODE
        :: else
        fi
    :: else
    fi
}

inline dequeue(e, w, n) {
    atomic {
        assert(queued_in[e] == n && holder[n] == _pid + 1 && queued[AT(w, n)] > 0);
        queued[AT(w, n)]--;
        reset_behind_the_last(w, n);
        count[n]--;
        queued_in[e] = NO_NODE
    }
}

inline enqueue(w) {
    ok = false;
    do
    :: ok || value[w] != 0 -> break
    :: else ->
        seen = hint[w];
        n = (seen == NO_NODE -> node : seen);
        count[n]++;
        lock(n);
        atomic {
            ok = value[w] == 0 && hint[w] == seen;
            if
            :: ok ->
                hint[w] = n;
                assigned[AT(w, n)] = assigned[AT(w, n)] || seen == NO_NODE;
                queued[AT(w, n)]++;
                queued_in[me] = n
            :: else -> count[n]--
            fi
        }
        unlock(n)
    od
}

inline withdraw() {
    do
    :: queued_in[me] == NO_NODE -> break
    :: else ->
        n = queued_in[me];
        if
        :: n == NO_NODE -> break
        :: else
        fi;
        lock(n);
#ifndef NO_SECOND_LOOK
        if
        :: queued_in[me] != n -> unlock(n)
        :: else ->
#endif
#ifdef LEFT_UNDER_THE_FIRST_KEY
            dequeue(me, w, n);
#else
            dequeue(me, word_of[me], n);
#endif
            unlock(n);
            break
#ifndef NO_SECOND_LOOK
        fi
#endif
    od
}

proctype waiter(byte me; byte w; byte node; bool has_deadline) {
    byte seen, n;
    bool ok;
    enqueue(w);
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
    atomic { seen = 0; n = 0; ok = false; done++ }
}

// Those of w that wait in bucket n, up to `most`.
inline take(w, n, most) {
    taken_n = 0;
    for (i : 0 .. WAITERS - 1) {
        atomic {
            if
            :: queued_in[i] == n && word_of[i] == w && taken_n < most ->
                claim_by(claim[i], 1, ok);
                dequeue(i, w, n);
                taken[i] = ok;
                if
                :: ok -> counted++; taken_n++
                :: else
                fi
            :: else
            fi
        }
    }
}

inline release() {
    atomic {
        for (i : 0 .. WAITERS - 1) {
            woken[i] = woken[i] || taken[i];
            taken[i] = false
        }
    }
}

inline lock_both(a, b) {
    if
    :: a == b -> lock(a)
    :: a != b -> lock(0); lock(1)
    fi
}

inline unlock_both(a, b) {
    unlock(a);
    if
    :: a != b -> unlock(b)
    :: else
    fi
}

#define claimed(e) (!alone(e) && claim[e] != NOBODY)
#define unclaimed_at(e, n) (queued_in[e] == (n) && word_of[e] == SOURCE && !claimed(e))
#define source_is_longer_than(k) (unclaimed_at(0, from) + unclaimed_at(1, from) > (k))

inline move() {
    for (i : 0 .. WAITERS - 1) {
        atomic {
            if
            :: queued_in[i] == from && word_of[i] == SOURCE && moved < most ->
                if
                :: claimed(i) -> dequeue(i, SOURCE, from)
                :: else -> word_of[i] = DESTINATION; queued_in[i] = to; moved++
                fi
            :: else
            fi
        }
    }
    if
    :: moved > 0 ->
#ifndef COUNT_RAISED_LATE
        count[to] = count[to] + moved;
#endif
        atomic {
#ifdef FLAG_CARRIED_OVER
            assign = assign || assigned[AT(SOURCE, from)];
#endif
            queued[AT(SOURCE, from)] = queued[AT(SOURCE, from)] - moved;
            reset_behind_the_last(SOURCE, from);
            queued[AT(DESTINATION, to)] = queued[AT(DESTINATION, to)] + moved;
#ifndef FLAG_NOT_SET
            if
            :: assign -> assigned[AT(DESTINATION, to)] = true
            :: else
            fi
#endif
        }
        count[from] = count[from] - moved;
#ifdef COUNT_RAISED_LATE
        count[to] = count[to] + moved
#endif
    :: else
    fi
}

proctype requeuer(byte wake; byte most) {
    byte source_hint, destination_hint, from, to, i, taken_n, moved;
    bool ok, stands, assign, taken[WAITERS];
    do
    :: source_hint = hint[SOURCE];
        destination_hint = hint[DESTINATION];
        if
        :: value[SOURCE] != 0 || source_hint == NO_NODE -> break
        :: else
        fi;
        if
        :: count[source_hint] == 0 -> break
        :: else
        fi;
        from = source_hint;
        to = (destination_hint == NO_NODE -> from : destination_hint);
        lock_both(from, to);
        stands = hint[SOURCE] == source_hint;
#ifndef DESTINATION_NOT_LOOKED_AT_AGAIN
        stands = stands && hint[DESTINATION] == destination_hint;
#endif
        if
        :: !stands -> unlock_both(from, to)
        :: else ->
            if
            :: value[SOURCE] != 0 -> unlock_both(from, to); break
            :: else
            fi;
            assign = destination_hint == NO_NODE && source_is_longer_than(wake);
            ok = true;
            if
            :: assign -> atomic {
                    ok = hint[DESTINATION] == NO_NODE;
                    if
                    :: ok -> hint[DESTINATION] = to
                    :: else
                    fi
                }
            :: else
            fi;
            if
            :: !ok -> unlock(from)  // which is `to`
            :: else ->
                take(SOURCE, from, wake);
                move();
#ifndef NO_ROLLBACK
                if
                :: assign && queued[AT(DESTINATION, to)] == 0 -> hint[DESTINATION] = NO_NODE
                :: else
                fi;
#endif
                unlock_both(from, to);
                release();
                break
            fi
        fi
    od;
    atomic {
        source_hint = 0; destination_hint = 0; from = 0; to = 0; i = 0;
        wake = 0; most = 0; taken_n = 0; moved = 0;
        ok = false; stands = false; assign = false;
        done++
    }
}

inline change_and_wake(w) {
    value[w] = 1;
    h = hint[w];
    if
    :: h == NO_NODE
    :: h != NO_NODE && count[h] == 0
    :: h != NO_NODE && count[h] != 0 ->
        lock(h);
        take(w, h, WAITERS);
        unlock(h);
        release()
    fi;
    atomic { h = 0; i = 0; taken_n = 0; ok = false }
}

proctype waker() {
    byte h, i, taken_n;
    bool ok, taken[WAITERS];
    change_and_wake(SOURCE);
    change_and_wake(DESTINATION);
    done++
}

inline start(e, w, node, has_deadline) {
    word_of[e] = w;
    run waiter(e, w, node, has_deadline)
}

init {
    atomic {
        given[SOURCE] = NO_NODE;
        given[DESTINATION] = NO_NODE;
        if
        :: given[DESTINATION] = 1
        :: given[SOURCE] = 0
        :: true
        fi;
        hint[SOURCE] = given[SOURCE];
        hint[DESTINATION] = given[DESTINATION];
        if
        :: start(0, SOURCE, 0, true); start(1, SOURCE, 1, false);
            if
            :: run requeuer(0, WAITERS)
            :: run requeuer(0, 1)
            :: run requeuer(1, 1)
            fi
        :: start(0, SOURCE, 0, true); start(2, DESTINATION, 1, true); run requeuer(0, WAITERS)
        :: start(1, SOURCE, 1, false); start(2, DESTINATION, 1, true); run requeuer(0, WAITERS)
        fi;
        run waker()
    }
    done == 4;
    assert(hint[SOURCE] == given[SOURCE] && hint[DESTINATION] == given[DESTINATION]);
    assert(count[0] == 0 && count[1] == 0);
    assert(counted == ended_by_wake)
}
