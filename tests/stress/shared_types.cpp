// SPDX-License-Identifier: MIT
// The types for memory that processes share, between processes: with tries, deadlines and
// signals, and exact tallies.
#include <fmt/core.h>

#include <array>
#include <futex2/event.hpp>
#include <futex2/shared/barrier.hpp>
#include <futex2/shared/condition_variable.hpp>
#include <futex2/shared/event.hpp>
#include <futex2/shared/mutex.hpp>
#include <futex2/shared/semaphore.hpp>
#include <mutex>

#include "stress/processes.hpp"

namespace futex2::stress {
namespace {

constexpr size_t most_threads = 1024;

// A mutex and a semaphore of some units, and a barrier now and then.
struct locks_arena {
    lane lanes[most_threads];
    shared::timed_mutex lock;
    uint64_t count = 0, copy = 0;  // guarded by it
    std::atomic<uint64_t> taken{0};
    static constexpr int units = 3;
    shared::counting_semaphore<> room{units};
    std::atomic<int> inside{0};
    std::atomic<uint64_t> acquired{0};
    shared::barrier meeting{0};
    std::array<std::atomic<uint64_t>, most_threads> phase{};
};

template <class Take, class Try, class TryUntil>
bool take_somehow(party& p, const Take& take, const Try& try_it, const TryUntil& try_until) {
    switch (p.below(8)) {
        case 0:
            return try_it();
        case 1:
        case 2:
            return try_until(p.soon());
        default:
            take();
            return true;
    }
}

void use_lock(locks_arena& a, party& p) {
    if (!take_somehow(
            p, [&] { a.lock.lock(); }, [&] { return a.lock.try_lock(); },
            [&](auto time) { return a.lock.try_lock_until(time); }))
        return;
    ++a.count;
    p.disturb();
    if (++a.copy != a.count) fail("two threads hold one mutex");
    a.lock.unlock();
    a.taken.fetch_add(1, std::memory_order_relaxed);
}

void use_room(locks_arena& a, party& p) {
    if (!take_somehow(
            p, [&] { a.room.acquire(); }, [&] { return a.room.try_acquire(); },
            [&](auto time) { return a.room.try_acquire_until(time); }))
        return;
    if (a.inside.fetch_add(1) >= locks_arena::units) fail("more units than there are");
    p.disturb();
    a.inside.fetch_sub(1);
    a.room.release();
    a.acquired.fetch_add(1, std::memory_order_relaxed);
}

// Nobody is two phases ahead of anybody; who has left is at the end of time.
void meet(locks_arena& a, party& p, unsigned threads) {
    const uint64_t now = a.phase[p.index].load() + 1;
    a.phase[p.index].store(now);
    a.meeting.arrive_and_wait();
    for (unsigned i = 0; i < threads; ++i)
        if (a.phase[i].load() < now) fail("a phase is over before all have arrived");
}

account run_shared_locks_of_processes(const conditions& how) {
    processes<locks_arena> all(how);
    const unsigned threads = all.threads();
    const limit each = how.until.share(threads);
    new (&all.arena().meeting) shared::barrier(threads);
    all.run(threads, [&](locks_arena& a, party& p) {
        lane& own = a.lanes[p.index];
        for (uint64_t n = 0; !each.reached(n); ++n) {
            p.one_in(2) ? use_lock(a, p) : use_room(a, p);
            if (n % 64 == 63) meet(a, p, threads);
            own.steps.add(1);
        }
        a.phase[p.index].store(UINT64_MAX);
        a.meeting.arrive_and_drop();
        own.over.store(true);
    });
    account a;
    locks_arena& left = all.arena();
    for (unsigned i = 0; i < threads; ++i) a.operations += left.lanes[i].steps.get();
    if (left.count != left.taken)
        a.wrong.push_back(fmt::format("{} locks were taken, {} counted under them",
                                      left.taken.load(), left.count));
    for (int unit = 0; unit < locks_arena::units; ++unit)
        if (!left.room.try_acquire()) a.wrong.push_back("a unit is lost");
    if (left.room.try_acquire()) a.wrong.push_back("there is a unit too many");
    if (!left.lock.try_lock()) a.wrong.push_back("a mutex that nobody holds is locked");
    a.disturbed = fmt::format("{} locks, {} units", left.count, left.acquired.load());
    return a;
}

// A bounded queue: half of the threads put in, the others take out.
struct queue_arena {
    lane lanes[most_threads];
    static constexpr uint64_t room = 4;
    shared::mutex lock;
    shared::condition_variable not_empty, not_full;
    std::array<uint64_t, room> ring{};  // these are guarded by lock
    uint64_t put = 0, taken = 0, sum_put = 0, sum_taken = 0;
    unsigned putting = 0;
};

using shared_lock = std::unique_lock<shared::mutex>;

template <class Done>
bool wait_somehow(shared::condition_variable& c, shared_lock& lock, party& p, const Done& done) {
    if (p.one_in(8)) return c.wait_until(lock, p.soon(), done);
    if (p.one_in(8)) {
        c.wait(lock);
        return done();
    }
    c.wait(lock, done);
    return true;
}

void notify_somehow(shared::condition_variable& c, shared_lock& lock, party& p) {
    if (p.one_in(2)) lock.unlock();
    p.disturb();
    p.one_in(4) ? c.notify_all() : c.notify_one();
}

bool put_one(queue_arena& a, party& p) {
    shared_lock lock(a.lock);
    const auto has_room = [&] { return a.put - a.taken < queue_arena::room; };
    if (!has_room() && !wait_somehow(a.not_full, lock, p, has_room)) return false;
    const uint64_t item = p.random();
    a.ring[a.put++ % queue_arena::room] = item;
    a.sum_put += item;
    notify_somehow(a.not_empty, lock, p);
    return true;
}

// False: there will be no more.
bool take_one(queue_arena& a, party& p) {
    shared_lock lock(a.lock);
    const auto some = [&] { return a.put != a.taken || a.putting == 0; };
    if (!some() && !wait_somehow(a.not_empty, lock, p, some)) return true;
    if (a.put == a.taken) return false;
    a.sum_taken += a.ring[a.taken++ % queue_arena::room];
    notify_somehow(a.not_full, lock, p);
    return true;
}

account run_shared_queue(const conditions& how) {
    processes<queue_arena> all(how);
    const unsigned threads = all.threads();
    const limit each = how.until.share(threads / 2);
    all.arena().putting = threads / 2;
    all.run(threads, [&](queue_arena& a, party& p) {
        lane& own = a.lanes[p.index];
        if (p.index < threads / 2) {
            for (uint64_t n = 0; !each.reached(n); own.steps.add(1)) n += put_one(a, p) ? 1 : 0;
            const std::lock_guard guard(a.lock);
            if (--a.putting == 0) a.not_empty.notify_all();
        } else {
            while (take_one(a, p)) own.steps.add(1);
        }
        own.over.store(true);
    });
    account a;
    const queue_arena& left = all.arena();
    for (unsigned i = 0; i < threads; ++i) a.operations += left.lanes[i].steps.get();
    if (left.put != left.taken || left.sum_put != left.sum_taken)
        a.wrong.push_back(fmt::format("{} items were put in, {} taken out", left.put, left.taken));
    a.disturbed = fmt::format("{} items", left.put);
    return a;
}

// A ring of automatic events with one token: who waits takes it, and sets the next. A wake that
// is lost stops it.
struct events_arena {
    lane lanes[1];
    static constexpr size_t boxes = 4;
    std::array<shared::event, boxes> box{
        shared::event(shared::event::automatic), shared::event(shared::event::automatic),
        shared::event(shared::event::automatic), shared::event(shared::event::automatic)};
    std::array<unsigned, boxes> members{};  // these are the token's
    uint64_t handed_on = 0;
    std::atomic<int> holders{0};
};

// Each box has threads of all processes.
size_t box_of(size_t index) {
    return index / processes<events_arena>::count % events_arena::boxes;
}

// Waits for the token in the party's own box, or there and in another one.
void wait_for_token(events_arena& a, party& p, size_t own) {
    const size_t other = (own + 1 + p.below(events_arena::boxes - 1)) % events_arena::boxes;
    for (;;) {
        switch (p.below(4)) {
            case 0:
                if (a.box[own].wait_until(p.soon())) return;
                break;
            case 1:
                if (wait_any_until(p.soon(), a.box[own], a.box[other])) return;
                break;
            case 2:
                wait_any(a.box[other], a.box[own]);
                return;
            default:
                a.box[own].wait();
                return;
        }
    }
}

// With the token. False: the party is not to wait any more.
bool hand_on(events_arena& a, party& p, size_t own, const limit& until) {
    if (a.holders.fetch_add(1) != 0) fail("two threads have the one token");
    p.disturb();
    a.lanes[0].steps.set(++a.handed_on);
    const bool over = until.reached(a.handed_on);
    if (over) --a.members[own];
    size_t next = own;
    for (size_t i = 1; i <= events_arena::boxes; ++i)
        if (a.members[(own + i) % events_arena::boxes] > 0) {
            next = (own + i) % events_arena::boxes;
            break;
        }
    if (over && a.members[next] == 0) a.lanes[0].over.store(true);
    a.holders.fetch_sub(1);
    a.box[next].set();
    return !over;
}

account run_shared_events(const conditions& how) {
    processes<events_arena> all(how);
    events_arena& arena = all.arena();
    for (unsigned i = 0; i < all.threads(); ++i) ++arena.members[box_of(i)];
    arena.box[0].set();
    all.run(1, [&](events_arena& a, party& p) {
        const size_t own = box_of(p.index);
        do wait_for_token(a, p, own);
        while (hand_on(a, p, own, how.until));
    });
    account a;
    a.operations = arena.handed_on;
    int left = 0;
    for (shared::event& e : arena.box) left += e.try_wait() ? 1 : 0;
    if (left != 1) a.wrong.push_back(fmt::format("{} tokens are left", left));
    return a;
}

const registration locks_of_processes({"shared-types", "mutex, semaphore and barrier of processes",
                                       16, 40'000, run_shared_locks_of_processes});
const registration queue_of_processes({"shared-queue", "a bounded queue between processes", 16,
                                       20'000, run_shared_queue});
const registration events_of_processes({"shared-events", "a token between processes, by events", 16,
                                        20'000, run_shared_events});

}  // namespace
}  // namespace futex2::stress
