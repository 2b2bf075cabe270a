// SPDX-License-Identifier: MIT
// A futex64_numa that processes share: its waiters sleep on a sequence of wakes.
//
// Of wait_sequence() in kernel/sequence.cpp, and of wake(), store_wake() and requeue() in
// abi/shared.cpp. Two threads wait while the value is 0. One changes it and wakes, or
// changes it and moves them to another word; one stores and wakes in one step. The kernel
// compares the sequence and queues in one step.
//
// Holds: when the value has changed and all wakes are done, nobody is left asleep; and a
// requeue that finds the value as it expects it leaves nobody on the word who has read an
// older one.
//
// Broken: VALUE_FIRST the value is read before the sequence
// Broken: COUNTED_BEHIND_THE_WAKE the sequence moves on when the sleepers have been woken
// Broken: COUNTED_BEFORE_THE_CHANGE the sequence moves on before the value changes
// Broken: NOT_COUNTED_BY_A_REQUEUE a requeue leaves the sequence as it is
// Broken: WRAPS the sequence is one bit, and comes round
#define WAITERS 2

byte value = 0, sequence = 0;
bool asleep[WAITERS], moved[WAITERS], woken[WAITERS];
byte over = 0;

#ifdef WRAPS
#define next_of(s) (1 - (s))
#else
#define next_of(s) ((s) + 1)
#endif

inline count_wake() { atomic { sequence = next_of(sequence) } }

proctype waiter(byte me) {
    byte seen, compared;
    bool sleeps;
again:
#ifdef VALUE_FIRST
    compared = value;
    seen = sequence;
#else
    seen = sequence;
    compared = value;
#endif
    if
    :: compared != 0 -> goto done
    :: else
    fi;
    atomic { sleeps = sequence == seen; asleep[me] = sleeps }
    if
    :: sleeps -> woken[me]
    :: else -> goto again
    fi;
done:
    over++
}

inline wake_all() {
    d_step {
        for (i : 0 .. WAITERS - 1) {
            if
            :: asleep[i] -> asleep[i] = false; woken[i] = true
            :: else
            fi
        }
    }
}

inline wake() {
#ifdef COUNTED_BEFORE_THE_CHANGE
    count_wake();
    value = 1;
    wake_all()
#elif defined(COUNTED_BEHIND_THE_WAKE)
    value = 1;
    wake_all();
    count_wake()
#else
    value = 1;
    count_wake();
    wake_all()
#endif
}

// From a word whose value is as expected (1) to another: in the kernel one step, if the
// sequence is the one that was counted. Who was moved is woken on the other word.
inline requeue() {
    value = 1;
again:
    atomic {
#ifndef NOT_COUNTED_BY_A_REQUEUE
        sequence = next_of(sequence);
#endif
        mine = sequence
    }
    if
    :: value != 1  // the other one has stored, and wakes
    :: else ->
        atomic {
            if
            :: sequence != mine -> goto again
            :: else ->
                for (i : 0 .. WAITERS - 1) {
                    if
                    :: asleep[i] -> asleep[i] = false; moved[i] = true
                    :: else
                    fi
                }
            fi
        }
    fi;
    for (i : 0 .. WAITERS - 1) {
        if
        :: moved[i] -> woken[i] = true
        :: else
        fi
    }
}

proctype changer() {
    byte i, mine;
    if
    :: true -> wake()
    :: true -> requeue()
    fi
}

proctype storer() {
    byte i;
    atomic { value = 2; sequence = next_of(sequence) }
    wake_all()
}

init {
    byte i;
    atomic {
        for (i : 0 .. WAITERS - 1) { run waiter(i) }
        run changer();
        if
        :: run storer()
        :: true
        fi
    }
    timeout;
    assert(over == WAITERS)
}
