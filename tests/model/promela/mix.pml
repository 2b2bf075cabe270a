// SPDX-License-Identifier: MIT
// A wait on a private word and on one that processes share.
//
// Of wait_on_both() in abi/shared_waitv.cpp. A thread queues on the private word in the engine,
// then sleeps in the kernel, by one call, on its parker and on the shared word. Another thread
// sleeps on the shared word alone. Each word is changed, and then one of its waiters woken; and
// a wake of the parker comes late, from an earlier wait. The kernel compares and queues in one step.
//
// Holds: the thread reports the private word exactly when that word's waker has counted it; no
// waker touches it when it has returned; and where the shared word's wake has counted a waiter,
// either the thread reports that word or the other one goes on.
//
// Broken: NOT_HANDED_ON a shared wake that the thread has used up is not given to others
// Broken: NO_CLAIM the kernel's answer ends the wait without the thread's claim
// Broken: KERNEL_WINS the word that the kernel names is reported whoever has the claim
// Broken: PARKER_NOT_COMPARED the kernel sleeps whatever the parker is
// Broken: LATE_WAKE_ENDS_IT a wake of the parker is taken for the end of the wait
#include "common.inc"
#define ARMED 1  // the parker
#define SLEEPING 2
#define WOKEN 3

#define PRIVATE 1  // what the thread reports
#define SHARED 2
#define DIFFERS 3

byte value[3];  // of the private word, of the shared one
byte claim = NOBODY, parker = ARMED, reported = 0;
bool queued, counted;           // on the private word; by its waker
bool in_kernel, named, rung;    // asleep; woken there by the shared word, by the parker
bool other_asleep;              // on the shared word
bool shared_counted, returned;
byte done = 0;

inline wake_in_kernel(all) {
    atomic {
        if
        :: in_kernel && !named -> named = true; shared_counted = true
        :: other_asleep -> other_asleep = false; shared_counted = true
        :: !(in_kernel && !named) && !other_asleep
        fi;
        if
        :: all -> other_asleep = false
        :: else
        fi
    }
}

proctype waiter() {
    bool mine, slept, again = false, took = false;
    lock(0);
    if
    :: value[PRIVATE] != 0 -> unlock(0); reported = DIFFERS; goto over
    :: else -> queued = true; unlock(0)
    fi;
    atomic {  // lie_down()
        if
        :: parker == ARMED -> parker = SLEEPING
        :: else
        fi
    }
sleep:
    if
    :: parker == WOKEN -> goto claiming
    :: else
    fi;
    if
    :: again && value[SHARED] != 0 -> goto claiming
    :: else -> again = true
    fi;
    atomic {
#ifdef PARKER_NOT_COMPARED
        slept = value[SHARED] == 0;
#else
        slept = value[SHARED] == 0 && parker == SLEEPING;
#endif
        in_kernel = slept;
        named = false;
        rung = false
    }
    if
    :: !slept -> goto sleep
    :: slept && (named || rung) ->
        atomic { in_kernel = false; took = named; named = false }
    fi;
#ifndef LATE_WAKE_ENDS_IT
    if
    :: !took -> goto sleep
    :: else
    fi;
#endif
claiming:
#ifdef NO_CLAIM
    mine = took;
    if
    :: !mine -> claim_by(claim, ITSELF, mine)
    :: else
    fi;
#else
    claim_by(claim, ITSELF, mine);
#endif
    if
    :: mine ->
        lock(0); queued = false; unlock(0);
        reported = (took -> SHARED : DIFFERS)
    :: else ->
        parker == WOKEN;
#ifdef KERNEL_WINS
        reported = (took -> SHARED : PRIVATE);
#else
        reported = PRIVATE;
#ifndef NOT_HANDED_ON
        if
        :: took -> wake_in_kernel(true)
        :: else
        fi
#endif
#endif
    fi;
    // There is no error without a change.
    assert(reported != DIFFERS || value[SHARED] != 0);
over:
    returned = true;
    done++
}

proctype private_waker() {
    bool sleeps;
    value[PRIVATE] = 1;
    lock(0);
    if
    :: queued -> claim_by(claim, PRIVATE, counted); queued = false
    :: else
    fi;
    unlock(0);
    if
    :: counted ->
        assert(!returned);
        atomic { sleeps = parker == SLEEPING; parker = WOKEN };
        atomic {
            if
            :: sleeps && in_kernel -> rung = true
            :: else
            fi
        }
    :: else
    fi;
    done++
}

proctype shared_waker() {
    value[SHARED] = 1;
    wake_in_kernel(false);
    done++
}

proctype late_wake() {
    atomic {
        if
        :: in_kernel -> rung = true
        :: else
        fi
    }
    done++
}

proctype other() {
    atomic {
        if
        :: value[SHARED] == 0 -> other_asleep = true
        :: else
        fi
    }
end:  // it may sleep on: the thread has got the wake
    !other_asleep
}

init {
    atomic {
        run waiter();
        run other();
        run private_waker();
        run shared_waker();
        run late_wake()
    }
    timeout;
    assert(done == 4);  // else somebody sleeps for ever
    assert(counted == (reported == PRIVATE));
    assert(!shared_counted || reported == SHARED || !other_asleep)
}
