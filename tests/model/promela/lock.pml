// SPDX-License-Identifier: MIT
// A bucket's lock: free, held, or contended, and the kernel's queue of those who sleep.
//
// Of bucket_lock in bucket.hpp. A thread spins for a while, or not at all, and then sleeps
// as long as the word is `contended`; the kernel compares and queues in one step.
//
// Holds: one holder at a time; nobody is left asleep; all-zero at the end.
//
// Broken: HELD_AFTER_A_SLEEP who has slept takes the lock as if nobody else did
// Broken: NO_UNPARK the holder frees the lock and wakes nobody
// Broken: FREED_IN_TWO_STEPS the holder looks whether anybody sleeps, and frees the lock then
// Broken: NO_KERNEL_COMPARE the kernel lets a thread sleep whatever the word is
#define THREADS 3
#define FREE 0
#define HELD 1
#define CONTENDED 2

byte word = FREE;
bool asleep[THREADS];
byte inside = 0, done = 0;

inline park() {
    atomic {
#ifndef NO_KERNEL_COMPARE
        if
        :: word == CONTENDED -> asleep[me] = true
        :: else
        fi
#else
        asleep[me] = true
#endif
    }
    !asleep[me]
}

// Wakes one of those who sleep, if there are any.
inline unpark() {
    atomic {
        if
        :: asleep[0] -> asleep[0] = false
        :: asleep[1] -> asleep[1] = false
        :: asleep[2] -> asleep[2] = false
        :: else
        fi
    }
}

inline acquire() {
    do
    :: atomic { word == FREE -> word = HELD }
        break
    :: word != FREE ->
        do
        :: atomic {
#ifdef HELD_AFTER_A_SLEEP
                old = word;
                word = (old == FREE -> HELD : CONTENDED)
#else
                old = word;
                word = CONTENDED
#endif
            }
            if
            :: old == FREE -> break
            :: else -> park()
            fi
        od;
        break
    od
}

inline release() {
#ifdef FREED_IN_TWO_STEPS
    old = word;
    word = FREE;
#else
    atomic { old = word; word = FREE }
#endif
#ifndef NO_UNPARK
    if
    :: old == CONTENDED -> unpark()
    :: else
    fi
#endif
}

proctype thread(byte me) {
    byte old, round;
    for (round : 1 .. 2) {
        acquire();
        inside++;
        assert(inside == 1);
        inside--;
        release()
    }
    done++
}

init {
    byte i;
    atomic {
        for (i : 0 .. THREADS - 1) { run thread(i) }
    }
    done == THREADS;
    assert(word == FREE)
}
