// SPDX-License-Identifier: MIT
// Wakes from signal handlers that interrupted their own thread at a bucket's lock.
//
// Of section.hpp, deferral.hpp, wake_in_bucket(), wake_everybody() and drain() in wake.hpp. The
// thread passes through a section of its own. Four handlers wake a word each; a handler comes
// at any step of the thread, or of a handler that came before it, and runs to its end. All
// words are in one bucket, for whose lock a handler would wait for ever if it had interrupted
// the holder. There is room for two deferred wakes.
//
// Pan: -DNOREDUCE for Spin's reduction does not know of `provided`
//
// Holds: nobody waits for a lock that it holds itself; every word that was woken is woken when the
// thread has left its sections; nothing stays deferred.
//
// Long: it has millions of states
// Broken: NO_DEFERRAL a handler takes the lock whatever it interrupted
// Broken: LATE_DEPTH the depth is raised behind the lock
// Broken: LOOKED_BEFORE_THE_DEPTH_FELL what is pending is looked at before the depth is lowered
// Broken: NO_DRAIN what is pending is left pending
// Broken: OVERFLOW_FORGOTTEN wakes that find no room are forgotten
// Broken: WRITTEN_BEFORE_IT_IS_RESERVED a handler writes into its place before it has reserved it
// Broken: READ_PAST_THE_ROOM a wake is read that found no room, for there were fewer a step before
// Broken: POP_BY_STORE a place is given back without a look whether another was reserved meanwhile
// Broken: NO_LOOK_WHEN_DRAINED nobody looks again when the drain is over
#define HANDLERS 4
#define THREAD 1  // its process; those of the handlers follow, and each interrupts those before it
#define ROOM 2
#define NOTHING 9

byte running = THREAD;           // all others stand still
byte interrupted[2 + HANDLERS];  // by each handler
byte over = 0;

bool locked = false;
byte depth = 0;
byte reserved = 0, wakes[ROOM] = NOTHING;
bool draining = false;
bool queued[HANDLERS] = true;  // a word for each handler

inline enter() {
#ifdef LATE_DEPTH
    atomic { !locked -> locked = true }
    depth++
#else
    depth++;
    atomic { !locked -> locked = true }
#endif
}

// Unlocks, lowers the depth; `pending` says whether there is something to drain.
inline leave() {
    locked = false;
#ifdef LOOKED_BEFORE_THE_DEPTH_FELL
    pending = reserved != 0;
    depth--
#else
    depth--;
    pending = reserved != 0
#endif
}

// wake_in_bucket() at depth 0, all but its drain.
inline take(word) {
    enter();
    queued[word] = false;
    leave()
}

inline wake_everybody() {
    enter();
    for (w : 0 .. HANDLERS - 1) { queued[w] = false }
    leave()
}

inline push(word) {
#ifdef WRITTEN_BEFORE_IT_IS_RESERVED
    place = reserved;
    if
    :: place < ROOM -> wakes[place] = word
    :: else
    fi;
    reserved++
#else
    atomic { place = reserved; reserved++ }
    if
    :: place < ROOM -> wakes[place] = word
    :: else
    fi
#endif
}

// done: false where there are more than there is room for, or another is the youngest now.
inline pop(done) {
    n = reserved;
    done = false;
#ifdef READ_PAST_THE_ROOM
    if
    :: true ->
#else
    if
    :: n > ROOM
    :: else ->
#endif
        w = wakes[n - 1];  // Spin checks the index
#ifdef POP_BY_STORE
        reserved = n - 1;
        done = true
#else
        atomic {
            if
            :: reserved == n -> reserved = n - 1; done = true
            :: else
            fi
        }
#endif
    fi
}

inline drain() {
    if
    :: draining
    :: else ->
        do
        :: draining = true;
            do
            :: reserved == 0 -> break
            :: reserved > ROOM ->
                reserved = 0;
#ifndef OVERFLOW_FORGOTTEN
                wake_everybody()
#endif
            :: else ->
                pop(popped);
                if
                :: popped -> assert(w != NOTHING); take(w)
                :: else
                fi
            od;
            draining = false;
#ifdef NO_LOOK_WHEN_DRAINED
            break
#else
            if
            :: reserved == 0 -> break
            :: else
            fi
#endif
        od
    fi
}

inline drain_if_pending() {
#ifndef NO_DRAIN
    if
    :: pending -> drain()
    :: else
    fi
#else
    skip
#endif
}

inline wake(word) {
    if
#ifndef NO_DEFERRAL
    :: depth > 0 -> push(word)
    :: else ->
#else
    :: true ->
#endif
        take(word);
        drain_if_pending()
    fi
}

proctype thread() provided (running == _pid) {
    byte n, w;
    bool pending, popped;
    enter();
    leave();
    drain_if_pending();
    over++
}

proctype handler(byte word) provided (running == _pid) {
    byte n, w, place;
    bool pending, popped;
    wake(word);
    atomic {
        n = 0; w = 0; place = 0; pending = false; popped = false;  // makes fewer states
        over++;
        running = interrupted[_pid]
    }
}

proctype signal(byte to) {
    atomic {
        running < to -> interrupted[to] = running;
        running = to
    }
}

init {
    byte i;
    atomic {
        run thread();
        for (i : 0 .. HANDLERS - 1) { run handler(i) }
        for (i : 1 .. HANDLERS) { run signal(THREAD + i) }
    }
    over == 1 + HANDLERS;
    for (i : 0 .. HANDLERS - 1) { assert(!queued[i]) }
    assert(!locked && depth == 0 && reserved == 0 && !draining)
}
