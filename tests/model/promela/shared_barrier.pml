// SPDX-License-Identifier: MIT
// A barrier that processes share: the phase, a mark that threads may sleep, and how many are still
// to come, in one word.
//
// Of include/futex2/shared/barrier.hpp. Three threads go through three phases; one of them drops
// out in the first.
//
// Holds: nobody goes on before all have arrived; nobody is left asleep; who completes a phase does
// not touch the barrier when it has told so.
//
// Broken: MARK_LOST the end of a phase is a store, and wakes by the mark that was read before
// Broken: NO_KERNEL_COMPARE the kernel lets a thread sleep whatever the phase is
// Broken: NOT_MARKED a thread sleeps without a mark
// Broken: FILLED_BEHIND_THE_PHASE the next phase's arrivals are set when the phase has been told
// Broken: DROPPED_BEHIND_THE_ARRIVAL who drops out says so when it has arrived
#define THREADS 3
#define PHASES 3

byte phase = 0, left = THREADS, expected = THREADS, done = 0;
bool marked = false;
bool asleep[THREADS];
byte arrived[PHASES];

inline wake_all() {
    atomic {
        for (i : 0 .. THREADS - 1) { asleep[i] = false }
        i = 0
    }
}

inline complete() {
#ifdef MARK_LOST
    old = marked;
    atomic { phase++; left = expected; marked = false }
#else
#ifdef FILLED_BEHIND_THE_PHASE
    atomic { old = marked; phase++; marked = false }
    left = expected;
#else
    atomic { old = marked; phase++; left = expected; marked = false }
#endif
#endif
    if
    :: old -> wake_all()
    :: else
    fi
}

inline arrive() {
    atomic {
        mine = phase;
        arrived[mine]++;
        assert(left > 0);
        left--;
        last = left == 0
    }
    if
    :: last -> complete()
    :: else
    fi
}

inline wait() {
    do
    :: phase != mine -> break
    :: phase == mine ->
#ifndef NOT_MARKED
        atomic {
            if
            :: phase == mine -> marked = true
            :: else -> break
            fi
        }
#endif
        atomic {
#ifdef NOT_MARKED
            asleep[me] = phase == mine
#else
#ifdef NO_KERNEL_COMPARE
            asleep[me] = true
#else
            asleep[me] = phase == mine && marked
#endif
#endif
        }
        !asleep[me]
    od;
    assert(arrived[mine] == (mine == 0 -> THREADS : THREADS - 1))
}

proctype thread(byte me) {
    byte mine, i, round;
    bool last, old;
    if
    :: me == 0 ->
#ifdef DROPPED_BEHIND_THE_ARRIVAL
        arrive();
        expected--
#else
        expected--;
        arrive()
#endif
    :: else ->
        for (round : 1 .. PHASES) {
            arrive();
            wait()
        }
    fi;
    done++
}

init {
    byte i;
    atomic {
        for (i : 0 .. THREADS - 1) { run thread(i) }
    }
    done == THREADS;
    assert(left == THREADS - 1)
}
