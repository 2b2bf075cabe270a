// SPDX-License-Identifier: MIT
// Words of 8 bits that processes share: three of them in one container, which is all that
// the kernel knows.
//
// Of wait_narrow() and wake_narrow() in kernel/lanes.cpp. Two threads wait on word 0, one
// on word 1. Each of these words is changed, and then as many of its waiters woken; word 2
// changes meanwhile, and nobody waits on it. The kernel compares the container and queues
// in one step.
//
// Holds: nobody is left asleep; a wait ends by a wake of its own word or because its own
// value has changed; each wake counts those of its own word whose waits it ends.
//
// Broken: NO_LANES a wake reaches whoever sleeps on the container
// Broken: NO_OTHER_LOOK a container that has changed ends the wait
// Broken: CONTAINER_NOT_COMPARED the own value is compared before the container is read, only
#include "common.inc"
#define WAITERS 3
#define word_of(w) ((w) / 2)  // 0, 0, 1
#ifdef NO_LANES
#define meets(w) true
#else
#define meets(w) (word_of(w) == word)
#endif

byte value[3];
bool asleep[WAITERS], woken[WAITERS];
byte counted[2], ended[2];
byte over = 0;

proctype waiter(byte me) {
    byte word = word_of(me), seen[3];
    bool sleeps;
again:
    if
    :: value[word] != 0 -> goto done
    :: else
    fi;
    d_step { seen[0] = value[0]; seen[1] = value[1]; seen[2] = value[2] }
#ifndef CONTAINER_NOT_COMPARED
    if
    :: seen[word] != 0 -> goto again
    :: else
    fi;
#endif
    atomic {
        sleeps = seen[0] == value[0] && seen[1] == value[1] && seen[2] == value[2];
        asleep[me] = sleeps
    }
    if
    :: sleeps -> woken[me]; ended[word]++
    :: else ->
#ifdef NO_OTHER_LOOK
        assert(value[word] != 0)
#else
        goto again
#endif
    fi;
done:
    over++
}

inline look_at(w) {
    if
    :: asleep[w] && left > 0 && meets(w) ->
        asleep[w] = false;
        woken[w] = true;
        counted[word]++;
        left--
    :: else
    fi
}

// The kernel's wake is one step. Who came first is not known.
proctype waker(byte word; byte count) {
    byte left = count;
    value[word] = 1;
    atomic {
        if
        :: true -> look_at(0); look_at(1); look_at(2)
        :: true -> look_at(2); look_at(1); look_at(0)
        fi
    }
}

proctype neighbour() {
    value[2] = 1;
    value[2] = 2
}

init {
    byte i;
    atomic {
        for (i : 0 .. WAITERS - 1) { run waiter(i) }
        run waker(0, 2);
        run waker(1, 1);
        run neighbour()
    }
    timeout;
    assert(over == WAITERS);
    assert(counted[0] == ended[0] && counted[1] == ended[1])
}
