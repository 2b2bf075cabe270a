// SPDX-License-Identifier: MIT
// The mutex and the condition variable that processes share, over the kernel's queues.
//
// Of include/futex2/shared/mutex.hpp and condition_variable.hpp. Three threads wait for an item;
// one of them sleeps already, and has a deadline. Two others put an item in and notify one, or, the
// second, put nothing in and notify all. The kernel compares and queues, wakes, and moves in one
// step each.
//
// Holds: one thread holds the mutex at a time; nobody is left asleep while there are items, nor
// who was waiting when all were notified.
//
// Long: it has millions of states
// Broken: FREED_WITHOUT_A_LOOK an unlock stores that the mutex is free, and wakes by what it read
// Broken: TAKEN_AS_IF_ALONE who has slept on the mutex does not mark it for those who still do
// Broken: WOKEN_AS_IF_ALONE nor does who was woken from the condition variable
// Broken: NO_SEQUENCE a notification does not change what the kernel compares
// Broken: COUNTED_BEHIND_THE_UNLOCK a thread counts itself when it has unlocked the mutex
// Broken: ALWAYS_LEAVES who gives up takes itself out of the count, also if it was notified
// Broken: NEVER_COUNTED_OUT a notification leaves the count as it is, and who is woken lowers it
// Broken: MOVED_OR_NOT a move that fails is left at that
#define WAITERS 3
#define PUTTERS 2
#define EARLY 0  // the one that sleeps already
#define FREE 0
#define HELD 1
#define CONTENDED 2

byte mutex = FREE;
byte sequence = 0, count = 1;
chan on_mutex = [WAITERS] of { byte };
chan on_condition = [WAITERS] of { byte };
bool asleep[WAITERS], waiting[WAITERS], owed[WAITERS];
byte items = 0, inside = 0, done = 0;
bool over = false;  // nothing is to come any more: who waits gives up

// What ended a sleep on the condition variable.
mtype = { woken, differs, timed_out };

inline wake_one(queue) {
    atomic {
        if
        :: nempty(queue) -> queue?t; asleep[t] = false; t = 0
        :: empty(queue)
        fi
    }
}

inline wake_all(queue) {
    atomic {
        do
        :: nempty(queue) -> queue?t; asleep[t] = false; t = 0
        :: empty(queue) -> break
        od
    }
}

inline sleep_on_mutex() {
    atomic {
        if
        :: mutex == CONTENDED -> on_mutex!me; asleep[me] = true
        :: else
        fi;
        old = 0
    }
    !asleep[me]
}

inline take_as_sleeper() {
    do
    :: atomic { old = mutex; mutex = CONTENDED }
        if
        :: old == FREE -> break
        :: else -> sleep_on_mutex()
        fi
    od;
    atomic { old = 0; inside++; assert(inside == 1) }
}

inline take_as_if_alone() {
    do
    :: atomic { mutex == FREE -> mutex = HELD }
        break
    :: atomic { mutex != FREE -> mutex = CONTENDED }
        sleep_on_mutex()
    od;
    atomic { inside++; assert(inside == 1) }
}

inline lock() {
#ifdef TAKEN_AS_IF_ALONE
    take_as_if_alone()
#else
    if
    :: atomic { mutex == FREE -> mutex = HELD; inside++; assert(inside == 1) }
    :: mutex != FREE -> take_as_sleeper()
    fi
#endif
}

inline unlock() {
#ifdef FREED_WITHOUT_A_LOOK
    old = mutex;
    atomic { mutex = FREE; inside-- }
#else
    atomic { old = mutex; mutex = FREE; inside-- }
#endif
    if
    :: old == CONTENDED -> wake_one(on_mutex)
    :: else
    fi;
    old = 0
}

inline sleep_on_condition() {
    atomic {
        if
        :: sequence == since -> on_condition!me; asleep[me] = true; ended = woken
        :: else -> ended = differs
        fi
    }
}

// A deadline may end it at any time, whichever queue the thread is in by then. One that has been
// moved and that the scheduler wakes for no reason compares the word again that it waited on.
inline wake_up() {
    do
    :: !asleep[me] -> break
    :: atomic { on_mutex??[eval(me)] && sequence == since -> on_mutex??eval(me); on_condition!me }
    :: atomic { (me == EARLY || over) && asleep[me] ->
            if
            :: on_condition??[eval(me)] -> on_condition??eval(me)
            :: else -> on_mutex??eval(me)
            fi;
            asleep[me] = false;
            ended = timed_out
        }
        break
    :: atomic { on_mutex??[eval(me)] && sequence != since ->
            on_mutex??eval(me);
            asleep[me] = false;
            ended = differs
        }
        break
    od
}

inline leave() {
    atomic {
        if
#ifdef ALWAYS_LEAVES
        :: count > 0 -> count--
#else
        :: sequence == since -> assert(count > 0); count--
#endif
        :: else
        fi
    }
}

inline come_back() {
    if
    :: ended == timed_out -> leave(); lock()
    :: ended == differs -> lock()
    :: ended == woken ->
#ifdef NEVER_COUNTED_OUT
        atomic { count > 0 -> count-- }
#endif
#ifdef WOKEN_AS_IF_ALONE
        take_as_if_alone()
#else
        take_as_sleeper()
#endif
    fi;
    atomic {
        since = 0;
        waiting[me] = false;
        owed[me] = false;
        if
        :: ended != timed_out -> ended = 0
        :: else
        fi
    }
}

inline wait() {
#ifdef COUNTED_BEHIND_THE_UNLOCK
    since = sequence;
    unlock();
    atomic { count++; waiting[me] = true }
#else
    atomic { since = sequence; count++; waiting[me] = true }
    unlock();
#endif
    sleep_on_condition();
    wake_up();
    come_back()
}

proctype waiter(byte me) {
    byte old, t, since;
    mtype ended;
    if
    :: me == EARLY -> ended = woken; wake_up(); come_back()
    :: else -> lock()
    fi;
    do
    :: atomic { items > 0 -> items-- }
        break
    :: items == 0 && ended == timed_out -> break
    :: items == 0 && ended != timed_out -> wait()
    od;
    unlock();
    done++
}

inline next_sequence() {
#ifdef NO_SEQUENCE
    skip
#else
    sequence++
#endif
}

inline notify_one() {
    atomic {
        notifies = count > 0;
        if
        :: notifies ->
            next_sequence();
#ifndef NEVER_COUNTED_OUT
            count--
#endif
        :: else
        fi
    }
    if
    :: notifies -> wake_one(on_condition)
    :: else
    fi
}

inline move_all_but_one() {
    atomic {
        moved = sequence == now;
        if
        :: moved ->
            if
            :: nempty(on_condition) -> on_condition?t; asleep[t] = false
            :: empty(on_condition)
            fi;
            do
            :: nempty(on_condition) -> on_condition?t; on_mutex!t
            :: empty(on_condition) -> break
            od;
            t = 0
        :: else
        fi
    }
#ifndef MOVED_OR_NOT
    if
    :: !moved -> wake_all(on_condition)
    :: else
    fi
#endif
}

inline notify_all() {
    atomic {
        notifies = count > 0;
        if
        :: notifies ->
            next_sequence();
            now = sequence;
            count = 0;
            for (t : 0 .. WAITERS - 1) { owed[t] = waiting[t] }
            t = 0
        :: else
        fi
    }
    if
    :: notifies -> move_all_but_one()
    :: else
    fi
}

// It finds the mutex free, and holds it for the one step: that it may wait for it, too, adds
// nothing to what the waiters do.
proctype putter(bool may_notify_all) {
    byte t, now;
    bool notifies, moved;
    if
    :: atomic { mutex == FREE -> items++ }
        notify_one()
    :: may_notify_all -> notify_all()
    fi;
    done++
}

init {
    byte i;
    atomic {
        waiting[EARLY] = true;
        asleep[EARLY] = true;
        on_condition!EARLY;
        for (i : 0 .. WAITERS - 1) { run waiter(i) }
        run putter(false);
        run putter(true)
    }
    do
    :: done == WAITERS + PUTTERS -> break
    :: timeout ->
        assert(!over && items == 0 && !owed[0] && !owed[1] && !owed[2]);
        over = true
    od
}
