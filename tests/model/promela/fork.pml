// SPDX-License-Identifier: MIT
// A signal handler forks at any step of a wait, and the child goes on with it.
//
// Of wait_in_queue(), enqueue(), sleep() and finish() in wait.hpp, section.hpp, withdraw() in
// take.hpp, parker.hpp, generation() in process.hpp. A thread waits until its word is
// changed; another thread changes and wakes it. From the fork on this is the child: tables,
// parker and generation are wiped, the other thread is gone, whatever it held or had begun,
// and the word is changed and woken by one more handler of the waiting thread.
//
// Pan: -DNOREDUCE for Spin's reduction is not made for `unless`
//
// Holds: in parent and child the wait ends; at its end the table is empty, and free.
//
// Broken: PARKERS_KEPT a fork does not wipe the parker
// Broken: TABLES_KEPT a fork does not wipe the tables
// Broken: GENERATION_KEPT a fork does not wipe the generation
// Broken: GENERATION_READ_LATE the generation is read when the bucket is locked already
// Broken: NOT_EMPTIED a section that finds itself in a child leaves in the table what it wrote
#define NOBODY 0
#define WAKER 1
#define ITSELF 9

mtype = { wiped, armed, sleeping, woken };

bool child = false;
bool handler_done = false;

byte value = 0;  // the word
bool over = false;

// In memory that a fork wipes.
mtype state = wiped;
bool locked = false, queued = false;  // the entry is in the tree
byte count = 0;
byte generation = 0;

// In memory that a fork keeps.
byte generations = 0;
byte claim;
bool queued_in = false;  // entry::queued_in
bool asleep = false;     // in the kernel
bool had_deadline = false;
byte depth = 0;
bool deferred = false;

// take(); ok says whether the wait is claimed.
inline take(ok) {
    ok = false;
    if
    :: queued ->
        atomic {
            ok = claim == NOBODY;
            if
            :: ok -> claim = WAKER
            :: else
            fi
        }
        queued = false;
        count--;
        queued_in = false
    :: else
    fi
}

inline end_wait(was_asleep) {
    atomic { was_asleep = state == sleeping; state = woken }
    if
    :: was_asleep -> asleep = false
    :: else
    fi
}

// A wake in the child: only the waiting thread could disturb it.
inline wake_in_child() {
    if
    :: count == 0
    :: else ->
        assert(!locked);
        take(ok);
        if
        :: ok -> end_wait(ok)
        :: else
        fi
    fi
}

// section
inline enter() {
    depth++;
    atomic { !locked -> locked = true }
}

inline leave() {
    ours = generation == mine;
#ifndef NOT_EMPTIED
    if
    :: ours
    :: else -> queued = false; count = 0
    fi;
#endif
    locked = false;
    depth--;
    atomic {
        if
        :: deferred -> deferred = false; wake_in_child()
        :: else
        fi
    }
}

inline read_generation() {
    atomic {
        if
        :: generation == 0 -> generations++; generation = generations
        :: else
        fi;
        mine = generation
    }
}

inline enqueue() {
    count++;
    enter();
#ifdef GENERATION_READ_LATE
    read_generation();
#endif
    if
    :: value == 0 -> queued = true; queued_in = true; enqueued = true
    :: else -> count--; enqueued = false
    fi;
    leave()
}

// may_end: at a deadline, which one of the waits may have.
inline sleep(may_end) {
    atomic {
        if
        :: state == armed -> state = sleeping
        :: else
        fi
    }
    do
    :: state == woken || state == wiped -> break
    :: else ->
        atomic {
            if
            :: state == sleeping -> asleep = true
            :: else
            fi
        }
        if
        :: !asleep
        :: atomic { asleep && may_end && !had_deadline -> asleep = false; had_deadline = true }
            if
            :: state == sleeping -> break
            :: else
            fi
        fi
    od
}

inline withdraw() {
    if
    :: queued_in ->
        enter();
        if
        :: queued_in ->
            if
            :: queued -> queued = false; count--
            :: else  // wiped
            fi;
            queued_in = false
        :: else
        fi;
        leave()
    :: else
    fi
}

proctype waiter() {
    byte mine;
    bool ok, ours, enqueued;
    do
    :: value != 0 -> break
    :: else ->
#ifndef GENERATION_READ_LATE
        read_generation();
#endif
        state = armed;
        claim = NOBODY;
        queued_in = false;
        enqueue();
        if
        :: ours && enqueued ->
            sleep(true);
            atomic {
                ok = claim == NOBODY;
                if
                :: ok -> claim = ITSELF
                :: else
                fi
            }
            if
            :: ok -> withdraw()
            :: else ->
                sleep(false)  // await_release()
            fi
        :: else
        fi
    od;
    over = true
}

// In the parent only.
proctype waker() {
    bool taken, was_asleep;
    {
        value = 1;
        if
        :: count == 0
        :: else ->
            atomic { !locked -> locked = true }
            take(taken);
            locked = false;
            if
            :: taken -> end_wait(was_asleep)
            :: else
            fi
        fi
    } unless { child }
}

// Interrupts the waiter, or its sleep: then the kernel compares the parker again.
proctype forking_handler() {
    atomic {
        child = true;
        asleep = false;
#ifndef PARKERS_KEPT
        state = wiped;
#endif
#ifndef TABLES_KEPT
        locked = false;
        queued = false;
        count = 0;
#endif
#ifndef GENERATION_KEPT
        generation = 0
#endif
    }
}

proctype waking_handler() {
    bool ok;
    atomic {
        child -> asleep = false;
        value = 1;
        if
        :: depth > 0 -> deferred = true
        :: else -> wake_in_child()
        fi;
        handler_done = true
    }
}

init {
    atomic { run waiter(); run waker(); run forking_handler(); run waking_handler() }
    over && handler_done;
    assert(count == 0 && !queued && !locked && depth == 0 && !deferred)
}
