// SPDX-License-Identifier: MIT
// Automatic events that processes share: whether it is set, and a count of those who wait, in one
// word; and a wait for any of two.
//
// Of include/futex2/shared/event.hpp, and take_any_or_sleep() and about_to_sleep in
// include/futex2/event.hpp. One thread waits for either of two events, two others for the second
// one alone; the first is set once, the second until they have it. The kernel's
// futex_waitv compares and queues word by word; both sets may wake the one wait, which is told of
// one of them.
//
// Holds: nobody sleeps while its event is set, but for a moment; a set ends one wait.
//
// Broken: ASLEEP_WITHOUT_A_COMPARE the kernel lets a thread sleep on an event that is set
// Broken: NOT_PASSED_ON a wake of an event that the thread does not take is not given to another
// Broken: TAKEN_IN_TWO_STEPS an event is read, and reset then
// Broken: COUNT_READ_FIRST whether anybody waits is read before the event is set
#define WAITERS 3
#define ANY 0  // the thread that waits for both

bool set[2];
byte count[2], sets = 0, takes = 0, ones_done = 0;
bool any_done = false;
chan queue0 = [WAITERS] of { byte };
chan queue1 = [WAITERS] of { byte };
bool woken[WAITERS];

inline take(e, ok) {
#ifdef TAKEN_IN_TWO_STEPS
    ok = set[e];
    if
    :: ok -> set[e] = false; takes++; assert(takes <= sets)
    :: else
    fi
#else
    atomic {
        ok = set[e];
        if
        :: ok -> set[e] = false; takes++; assert(takes <= sets)
        :: else
        fi
    }
#endif
}

inline enter(e) { count[e]++ }

inline wake_one(e) {
    atomic {
        if
        :: e == 0 && len(queue0) > 0 -> queue0?t; woken[t] = true
        :: e == 1 && len(queue1) > 0 -> queue1?t; woken[t] = true
        :: else
        fi
        t = 0
    }
}

inline leave(e) {
    atomic { count[e]--; passes_on = set[e] && count[e] > 0 }
#ifndef NOT_PASSED_ON
    if
    :: passes_on -> wake_one(e)
    :: else
    fi
#endif
}

inline sleep_on_any() {
    woken[me] = false;
    differs = false;
    atomic {
        if
        :: set[0] -> differs = true
        :: else -> queue0!me
        fi
    }
    if
    :: differs
    :: else ->
        atomic {
            if
            :: set[1] -> differs = true
            :: else -> queue1!me
            fi
        }
        differs || woken[me]
    fi;
    // It is taken out of the queues one by one: between the two it may be woken there.
    atomic {
        if
        :: queue0??[eval(me)] -> queue0??eval(me)
        :: else
        fi
    }
    atomic {
        if
        :: queue1??[eval(me)] -> queue1??eval(me)
        :: else
        fi
    }
}

proctype any() {
    byte me = ANY, t;
    bool ok, differs, passes_on;
    do
    :: take(0, ok);
        if
        :: ok -> break
        :: else -> take(1, ok)
        fi;
        if
        :: ok -> break
        :: else
        fi;
        enter(0);
        enter(1);
        sleep_on_any();
        leave(0);
        leave(1)
    od;
    any_done = true
}

inline sleep_on_one() {
    woken[me] = false;
    atomic {
        if
#ifdef ASLEEP_WITHOUT_A_COMPARE
        :: true -> queue1!me
#else
        :: !set[1] -> queue1!me
        :: else -> woken[me] = true
#endif
        fi
    }
    woken[me]
}

proctype one(byte me) {
    byte t;
    bool ok;
    take(1, ok);
    if
    :: ok
    :: else ->
        enter(1);
        do
        :: take(1, ok);
            if
            :: ok -> break
            :: else -> sleep_on_one()
            fi
        od;
        count[1]--
    fi;
    ones_done++
}

inline set_event(e) {
#ifdef COUNT_READ_FIRST
    wakes = count[e] > 0;
    atomic { wakes = wakes && !set[e]; set[e] = true; sets++ }
#else
    atomic {
        wakes = !set[e] && count[e] > 0;
        set[e] = true;
        sets++
    }
#endif
    if
    :: wakes -> wake_one(e)
    :: else
    fi
}

proctype setter(byte e) {
    byte t;
    bool wakes;
    do
    :: e == 0 -> set_event(e); break
    :: e == 1 && ones_done == WAITERS - 1 -> break
    :: e == 1 && ones_done < WAITERS - 1 && !set[e] -> set_event(e)
    od
}

init {
    atomic { run any(); run one(1); run one(2); run setter(0); run setter(1) }
    any_done && ones_done == WAITERS - 1;
    assert(takes == WAITERS)
}
