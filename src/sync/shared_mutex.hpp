// SPDX-License-Identifier: MIT
// A mutex for one writer or many readers: a word, and a second one on which the writer waits
// for the readers to leave.
//
//   writer    a writer has it, or waits for the readers that were there to leave; no reader
//             comes in
//   parked    threads may be queued on the word (as in mutex.hpp)
//   readers   how many read
//
// A writer takes the bit `writer` while readers read; and readers that come while others read
// and threads are queued, queue behind them: so readers do not starve writers. An unlock wakes
// who came first: a writer, or a reader and the readers behind it up to the next writer; and
// hands it over to them when they have waited for a millisecond: so writers starve nobody.
//
// The last reader that leaves a waiting writer says so in the second word: exactly one does,
// for none comes in. So the writer, which knows whether readers were there, resets it.
#pragma once

#include "engine/handover.hpp"
#include "engine/wake.hpp"
#include "sync/patience.hpp"

namespace futex2::sync {

inline constexpr uint64_t shared_writer = 1;
inline constexpr uint64_t shared_parked = 2;
inline constexpr uint64_t shared_reader = 4;  // one of them
inline constexpr uint64_t shared_readers = ~uint64_t{0} << 2 & 0xffffffff;

template <platform_like P>
struct shared_mutex {
    using word = state<P, width::u32>;

    word main;
    word drain;  // 1: the readers have left
};

// What a waiter of the word wants, in its note.
inline constexpr uint32_t as_writer = instant::of_the_type;

// What a wait in the queue came to: a turn is a try that nobody else who comes is given.
enum class turn : uint8_t { not_yet, try_now, owner, error };

// Queues on the word and sleeps.
template <platform_like P>
turn wait_for_turn(process<P>& p, shared_mutex<P>& m, uint64_t v, patience<P>& looking,
                   uint32_t want, deadline until, int& error) {
    if ((v & shared_parked) == 0 && !m.main.change(v, v | shared_parked, order::relaxed))
        return turn::not_yet;
    const wait_result r = m.main.sleep_while(p, v | shared_parked, until, looking.since() | want);
    error = goes_on(r) ? 0 : r.status;
    if (error != 0) return turn::error;
    if (r.status != 0) return turn::not_yet;
    return r.note == handed_over ? turn::owner : turn::try_now;
}

// Whether a reader may come in.
constexpr bool open_to_readers(uint64_t v, bool its_turn) {
    if ((v & shared_writer) != 0) return false;
    return its_turn || (v & shared_parked) == 0 || (v & shared_readers) == 0;
}

// 0, -ETIMEDOUT, -ENOMEM, or -EAGAIN: there are as many readers as can be counted.
template <platform_like P>
int lock_shared(process<P>& p, shared_mutex<P> m, deadline until) {
    int error = 0;
    turn mine = turn::not_yet;
    patience<P> looking(p);
    while (mine < turn::owner) {
        const uint64_t v = m.main.load();
        if (open_to_readers(v, mine == turn::try_now)) {
            if ((v & shared_readers) == shared_readers) return -EAGAIN;
            if (m.main.change(v, v + shared_reader, order::acquire)) return 0;
            continue;
        }
        if (looking.again()) continue;
        mine = wait_for_turn(p, m, v, looking, 0, until, error);
    }
    return error;
}

// Takes the reader that came first and those up to the next writer, or the writer that came
// first. Returns what they hold when it is handed over to them.
template <platform_like P>
uint64_t take_next(engine::handover<P>& h, uint32_t& since) {
    for (;;) {
        const entry<P>* oldest = h.oldest();
        if (oldest == nullptr) return 0;
        since = oldest->owner.get()->note.get();
        if ((since & as_writer) != 0) {
            // Where it has just given up, it is not its turn that the next one is given.
            if (h.take(1, [oldest](const entry<P>& e) { return &e == oldest; }) > 0)
                return shared_writer;
            continue;
        }
        bool a_writer_came = false;
        constexpr int all = 1 << 30;
        const int readers = h.take(all, [&](const entry<P>& e) {
            a_writer_came = a_writer_came || (e.owner.get()->note.get() & as_writer) != 0;
            return !a_writer_came;
        });
        if (readers > 0) return static_cast<uint64_t>(readers) * shared_reader;
    }
}

// By the writer, where threads may be queued.
template <platform_like P>
void unlock_exclusive(process<P>& p, shared_mutex<P> m) {
    engine::handover<P> h(p, m.main.key_in(p));
    uint32_t since = 0;
    const uint64_t next = take_next(h, since);
    const uint64_t parked = h.anybody_waits() ? shared_parked : 0;
    const bool hand_over = next != 0 && has_waited_long<P>(since);
    m.main.store(hand_over ? next | parked : parked, order::release);
    h.release(hand_over ? handed_over : try_again);
}

// The writer gives up waiting for the readers. False: they have left, or are just doing so.
template <platform_like P>
bool withdraw_writer(process<P>& p, shared_mutex<P>& m) {
    engine::handover<P> h(p, m.main.key_in(p));
    uint32_t since = 0;
    bool withdrawn = false;
    if ((m.main.load() & shared_readers) != 0) {
        take_next(h, since);
        const uint64_t parked = h.anybody_waits() ? shared_parked : 0;
        for (uint64_t v = m.main.load(); !withdrawn && (v & shared_readers) != 0; v = m.main.load())
            withdrawn = m.main.change(v, (v & shared_readers) | parked, order::release);
    }
    h.release(try_again);
    return withdrawn;
}

// Waits until the readers have left. The load of the word behind it makes visible what they
// did: each left by a step that reads the one before.
template <platform_like P>
int wait_for_readers(process<P>& p, shared_mutex<P>& m, deadline until) {
    patience<P> looking(p);
    while (m.drain.load() == 0) {
        if (looking.again()) continue;
        const wait_result r = m.drain.sleep_while(p, 0, until);
        if (goes_on(r)) continue;
        if (withdraw_writer(p, m)) return r.status;
        until = {};
    }
    m.drain.store(0, order::relaxed);
    m.main.load();
    return 0;
}

// 0, -ETIMEDOUT, or -ENOMEM.
template <platform_like P>
int lock_exclusive(process<P>& p, shared_mutex<P> m, deadline until) {
    int error = 0;
    turn mine = turn::not_yet;
    patience<P> looking(p);
    while (mine < turn::owner) {
        const uint64_t v = m.main.load();
        if ((v & shared_writer) == 0) {
            if (!m.main.change(v, v | shared_writer, order::acquire)) continue;
            return (v & shared_readers) == 0 ? 0 : wait_for_readers(p, m, until);
        }
        if (looking.again()) continue;
        mine = wait_for_turn(p, m, v, looking, as_writer, until, error);
    }
    return error;
}

// By the reader whom the writer has waited for last.
template <platform_like P>
void tell_writer(process<P>& p, shared_mutex<P>& m) {
    constexpr uint64_t all = ~uint32_t{0};
    engine::store_wake(p, {m.drain.address(), all, 1, m.drain.kind()}, 1);
}

// The last reader leaves, where threads may be queued. The change of the word is its last
// touch of it: the mutex may be destroyed behind it, but for a writer that waits.
template <platform_like P>
void leave_to_the_queue(process<P>& p, shared_mutex<P>& m) {
    engine::handover<P> h(p, m.main.key_in(p));
    uint32_t since = 0;
    if ((m.main.load() & shared_writer) == 0) take_next(h, since);
    const uint64_t without = h.anybody_waits() ? 0 : shared_parked;
    const uint64_t v = m.main.update(
        order::release, [&](uint64_t now) { return (now - shared_reader) & ~without; });
    h.release(try_again);
    if ((v & shared_writer) != 0 && (v & shared_readers) == shared_reader) tell_writer(p, m);
}

// By a reader.
template <platform_like P>
void unlock_shared(process<P>& p, shared_mutex<P> m) {
    for (;;) {
        const uint64_t v = m.main.load();
        const bool last = (v & shared_readers) == shared_reader;
        if (last && (v & shared_parked) != 0 && (v & shared_writer) == 0)
            return leave_to_the_queue(p, m);
        if (!m.main.change(v, v - shared_reader, order::release)) continue;
        if (last && (v & shared_writer) != 0) tell_writer(p, m);
        return;
    }
}

}  // namespace futex2::sync
