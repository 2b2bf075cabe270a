// SPDX-License-Identifier: MIT
// How a thread sleeps and is woken: its parker, the kernel's queues, and a crowd.
//
// Of parker and awakening in parker.hpp, sleep() and finish() in wait.hpp, chain::release()
// in chain.hpp. Two threads wait twice each, on the same parker; two wakers claim any of
// them, and wake two or more as a crowd: moved in the kernel onto the waker's own word,
// and woken there at once. Raced: a wake against the way to sleep, the deadline, and the kernel
// calls that come when the thread has long gone on to its next wait.
//
// Holds: nobody is left asleep; a wait ends by a wake of its own, or gives up; whoever ends it
// touches nothing of it afterwards.
//
// Broken: SLEEP_BY_STORE the thread stores "sleeping" over what a waker may have stored
// Broken: WAKE_BY_STORE the waker reads whether the thread sleeps, and stores "woken" then
// Broken: NO_KERNEL_COMPARE the kernel lets a thread sleep whatever its word is
// Broken: ANY_KERNEL_WAKE_IS_THE_END a thread that the kernel wakes does not look at its state
// Broken: CROWD_NOT_WOKEN a crowd is gathered and left asleep
// Broken: MOVED_BEFORE_IT_IS_WOKEN a sleeping thread is moved, and its state changed then
// Broken: TOUCHED_WHEN_LET_GO the waker looks at the entry after it has ended the wait
// Broken: NO_WAITING_FOR_THE_WAKER who has lost its claim does not wait until it is let go
#define NOBODY 0
#define ITSELF 9
#define THREADS 2
#define WAITS 2

mtype = { armed, sleeping, woken };
mtype state[THREADS] = armed;

// Where the kernel has the thread asleep: nowhere, on its parker, or on a waker's word.
#define AWAKE 0
#define ON_PARKER 1
#define ON_WORD_OF(waker) (2 + (waker))
byte bed[THREADS];

byte claim[THREADS];      // of the wait that is queued
bool queued[THREADS];
byte wait_number[THREADS];
byte done = 0, counted = 0, ended_by_wake = 0;

// The kernel compares and queues in one step.
inline park() {
    atomic {
        if
        :: state[me] == sleeping -> bed[me] = ON_PARKER
#ifdef NO_KERNEL_COMPARE
        :: else -> bed[me] = ON_PARKER
#else
        :: else
#endif
        fi
    }
}

// A deadline takes the thread out wherever the kernel has it.
inline sleep() {
#ifdef SLEEP_BY_STORE
    if
    :: state[me] == armed -> state[me] = sleeping
    :: else
    fi;
#else
    atomic {
        if
        :: state[me] == armed -> state[me] = sleeping
        :: else
        fi
    }
#endif
    do
    :: state[me] == woken -> break
    :: else ->
        park();
        if
        :: bed[me] == AWAKE
#ifdef ANY_KERNEL_WAKE_IS_THE_END
            -> break
#endif
        :: atomic { has_deadline && bed[me] != AWAKE -> bed[me] = AWAKE }
            if
            :: state[me] != woken -> break
            :: else
            fi
        fi
    od
}

// Its state is "sleeping" already, or "woken".
inline await_release() {
    do
    :: state[me] == woken -> break
    :: else -> park(); bed[me] == AWAKE
    od
}

inline finish() {
    atomic {
        given_up = claim[me] == NOBODY;
        if
        :: given_up -> claim[me] = ITSELF; queued[me] = false
        :: else
        fi
    }
    if
    :: given_up -> assert(has_deadline)
    :: else ->
#ifndef NO_WAITING_FOR_THE_WAKER
        await_release();
#endif
        ended_by_wake++
    fi
}

proctype thread(byte me; bool has_deadline) {
    bool given_up;
    do
    :: wait_number[me] == WAITS -> break
    :: else ->
        state[me] = armed;
        // The bucket's lock publishes the entry.
        atomic { claim[me] = NOBODY; queued[me] = true }
        sleep();
        finish();
        wait_number[me]++;
        given_up = false
    od;
    done++
}

inline unpark(t) {
    atomic {
        if
        :: bed[t] == ON_PARKER -> bed[t] = AWAKE
        :: else
        fi
    }
}

// FUTEX_CMP_REQUEUE compares and moves in one step. Who is not as expected has gone on.
inline move_parked(t, expected) {
    atomic {
        if
        :: state[t] == expected && bed[t] == ON_PARKER -> bed[t] = ON_WORD_OF(me)
        :: else
        fi
    }
}

inline unpark_all() {
    atomic {
        for (i : 0 .. THREADS - 1) {
            if
            :: bed[i] == ON_WORD_OF(me) -> bed[i] = AWAKE
            :: else
            fi
        }
    }
}

// parker::wake(): asleep says that the kernel must wake the thread too.
inline end_wait(t) {
    assert(wait_number[t] == of_wait[t]);
#ifdef WAKE_BY_STORE
    asleep = state[t] == sleeping;
    state[t] = woken;
#else
    atomic { asleep = state[t] == sleeping; state[t] = woken }
#endif
#ifdef TOUCHED_WHEN_LET_GO
    assert(wait_number[t] == of_wait[t])
#endif
}

// awakening::wake()
inline wake(t) {
#ifdef MOVED_BEFORE_IT_IS_WOKEN
    if
    :: in_crowd -> move_parked(t, sleeping); gathered = true
    :: else
    fi;
    end_wait(t);
#else
    end_wait(t);
    if
    :: asleep && in_crowd -> move_parked(t, woken); gathered = true
    :: else
    fi;
#endif
    if
    :: asleep && !in_crowd -> unpark(t)
    :: else
    fi
}

proctype waker(byte me) {
    byte i, n, of_wait[THREADS];
    bool taken[THREADS], in_crowd, gathered, asleep;
    do
    :: done == THREADS -> break
    :: queued[0] || queued[1] ->
        // take(), under the bucket's lock: any of them, as the masks choose.
        atomic {
            for (i : 0 .. THREADS - 1) {
                if
                :: queued[i] ->
                    queued[i] = false;
                    taken[i] = true;
                    claim[i] = 1;
                    of_wait[i] = wait_number[i];
                    n++
                :: true
                fi
            }
        }
        counted = counted + n;
        in_crowd = n >= 2;
        if
        :: taken[0] -> wake(0)
        :: else
        fi;
        if
        :: taken[1] -> wake(1)
        :: else
        fi;
#ifndef CROWD_NOT_WOKEN
        if
        :: gathered -> unpark_all()
        :: else
        fi;
#endif
        atomic {  // what is not looked at again makes no states of its own
            for (i : 0 .. THREADS - 1) { taken[i] = false; of_wait[i] = 0 }
            i = 0; n = 0; in_crowd = false; gathered = false; asleep = false
        }
    od
}

init {
    atomic { run thread(0, false); run thread(1, true); run waker(0); run waker(1) }
    done == THREADS;
    assert(counted == ended_by_wake)
}
