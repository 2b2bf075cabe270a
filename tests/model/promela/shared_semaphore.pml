// SPDX-License-Identifier: MIT
// A semaphore that processes share: units, and a count of those who wait, in one word.
//
// Of include/futex2/shared/semaphore.hpp. Three threads take a unit each; one of them gives up at
// any time, and comes again. One thread releases two units at once, another one. Who takes the
// last one frees the semaphore: nobody else wants it.
//
// Holds: nobody sleeps while there are units; no release touches the semaphore behind its step.
//
// Broken: ASLEEP_WITHOUT_A_COMPARE the kernel lets a thread sleep whatever the units are
// Broken: COUNT_READ_FIRST a release reads whether anybody waits before it gives the units
// Broken: COUNT_READ_BEHIND a release reads it behind that, of a semaphore that may be freed
// Broken: WAKES_ONE_OF_TWO a release of two units wakes one thread
// Broken: COUNTED_OUT_TWICE a release takes whom it wakes out of the count, and so do they
#define TAKERS 3

byte units = 0, count = 0, taken = 0, done = 0;
chan queue = [TAKERS] of { byte };
bool asleep[TAKERS], freed;

inline touch() { assert(!freed) }

inline try_to_take() {
    atomic {
        touch();
        ok = units > 0;
        if
        :: ok -> units--
        :: else
        fi
    }
}

// One of the threads has a deadline, once.
inline sleep() {
    atomic {
        touch();
        if
#ifdef ASLEEP_WITHOUT_A_COMPARE
        :: true -> queue!me; asleep[me] = true
#else
        :: units == 0 -> queue!me; asleep[me] = true
        :: else
#endif
        fi
    }
    if
    :: !asleep[me]
    :: atomic { has_deadline && asleep[me] ->
            queue??eval(me);
            asleep[me] = false;
            has_deadline = false;
            gave_up = true
        }
    fi
}

inline wait_and_take() {
    atomic { touch(); count++ }
    do
    :: try_to_take();
        if
        :: ok || gave_up -> break
        :: else -> sleep()
        fi
    od;
    atomic {
        touch();
        if
        :: count > 0 -> count--
        :: else
        fi
    }
}

proctype taker(byte me; bool has_deadline) {
    bool ok, gave_up;
    do
    :: try_to_take();
        if
        :: ok -> break
        :: else -> wait_and_take()
        fi;
        if
        :: ok -> break
        :: else -> gave_up = false
        fi
    od;
    atomic { taken++; freed = taken == TAKERS }
    done++
}

inline wake(n) {
    atomic {
        woken = 0;
        do
        :: nempty(queue) && woken < n -> queue?t; asleep[t] = false; woken++
        :: else -> break
        od;
        t = 0; woken = 0
    }
}

proctype releaser(byte n) {
    byte waiting, woken, t;
#ifdef COUNT_READ_FIRST
    waiting = count;
    atomic { touch(); units = units + n }
#else
#ifdef COUNT_READ_BEHIND
    atomic { touch(); units = units + n }
    atomic { touch(); waiting = count }
#else
    atomic {
        touch();
        waiting = count;
#ifdef COUNTED_OUT_TWICE
        count = (count > n -> count - n : 0);
#endif
        units = units + n
    }
#endif
#endif
    if
#ifdef WAKES_ONE_OF_TWO
    :: waiting > 0 -> wake(1)
#else
    :: waiting > 0 -> wake(n)
#endif
    :: else
    fi
    done++
}

init {
    byte i;
    atomic {
        for (i : 0 .. TAKERS - 1) { run taker(i, i == 0) }
        run releaser(2);
        run releaser(1)
    }
    done == TAKERS + 2;
    assert(units == 0)
}
