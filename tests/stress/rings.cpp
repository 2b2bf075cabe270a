// SPDX-License-Identifier: MIT
#include "stress/rings.hpp"

#include <signal.h>

#include <algorithm>
#include <climits>
#include <latch>

#include "abi/deadline.hpp"
#include "stress/quiet.hpp"
#include "stress/report.hpp"

namespace futex2::stress {
namespace {

// Odd values are a token, or the end of the ring.
bool full(uint64_t value) {
    return value % 2 == 1;
}

constexpr int everybody = INT_MAX;

unsigned members_of(const std::vector<ring_shape>& shapes) {
    unsigned n = 0;
    for (const ring_shape& s : shapes) n += s.members;
    return n;
}

}  // namespace

std::vector<ring_shape> small_rings(unsigned n) {
    std::vector<ring_shape> shapes;
    for (const unsigned count = std::max(1u, n / 4); shapes.size() < count;)
        shapes.push_back({shapes.size() % 2 == 1, 2, 0});
    for (unsigned i = 0; i < n; ++i) ++shapes[i % shapes.size()].members;
    return shapes;
}

rings::rings(const conditions& how, const std::vector<ring_shape>& shapes,
             std::span<const word_kind> kinds)
    : how_(how), open_(static_cast<unsigned>(shapes.size())) {
    std::mt19937_64 random(how.seed);
    const auto any_kind = [&] { return kinds[random() % kinds.size()]; };
    size_t boxes = 0;
    for (const ring_shape& s : shapes) boxes += s.boxes;
    memory_ = std::vector<word_memory>(boxes);
    members_.reserve(members_of(shapes));
    for (unsigned r = 0; r < shapes.size(); ++r) {
        const ring_shape& shape = shapes[r];
        const auto first = static_cast<unsigned>(boxes_.size());
        rings_.push_back(std::make_unique<ring>());
        ring& made = *rings_.back();
        made.shared = shape.shared;
        made.first_box = first;
        made.boxes = shape.boxes;
        made.until = how.until.share(shapes.size());
        for (unsigned b = 0; b < shape.boxes; ++b) {
            boxes_.emplace_back(&memory_[first + b], any_kind());
            boxes_.back().reset();
            if (shape.shared) shared_.push_back(first + b);
        }
        for (unsigned i = 0; i < shape.members; ++i) {
            members_.push_back(std::make_unique<member>());
            member& m = *members_.back();
            m.index = static_cast<unsigned>(members_.size() - 1);
            m.ring = r;
            m.box = first + i % shape.boxes;
            m.random.seed(random());
            m.scratch = word(&m.scratch_memory, any_kind());
            m.scratch.reset();
        }
        boxes_[first].set(1);  // the token
    }
    gate_ = word(&gate_memory_, any_kind());
    gate_.reset();
    std::vector<const lane*> lanes;
    std::vector<const caller*> callers;
    for (const auto& r : rings_) lanes.push_back(&r->progress);
    end_.over.store(true);
    lanes.push_back(&end_);
    for (const auto& m : members_) callers.push_back(&m->calls);
    dog_ = std::make_unique<watchdog>(how, std::move(lanes), std::move(callers));
}

int rings::needs(const ring& r) const {
    return r.shared ? everybody : 1;
}

void rings::run(disturbance& storm, const std::function<void()>& meanwhile) {
    const auto n = static_cast<std::ptrdiff_t>(members_.size());
    std::latch started(n);
    std::latch finished(n);
    // None comes before everybody is there, nor to the calling thread.
    sigset_t every;
    sigset_t before;
    sigfillset(&every);
    pthread_sigmask(SIG_SETMASK, &every, &before);
    std::vector<std::thread> threads;
    threads.reserve(members_.size());
    for (const auto& m : members_)
        threads.emplace_back([&, m = m.get()] {
            m->thread = pthread_self();
            started.arrive_and_wait();
            pthread_sigmask(SIG_SETMASK, &before, nullptr);
            take_part(*m, storm);
            wait_for_all(*m);
            pthread_sigmask(SIG_SETMASK, &every, nullptr);
            storm.leaves(*m);
            // Until here another member may send this thread a signal.
            finished.arrive_and_wait();
            check_thread();
        });
    constexpr timespec pause = {0, 500'000};
    while (!finished.try_wait()) {
        meanwhile();
        nanosleep(&pause, nullptr);
    }
    for (std::thread& t : threads) t.join();
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    meanwhile();
}

void rings::take_part(member& m, disturbance& storm) {
    ring& r = ring_of(m);
    while (storm.goes_on(m) && take(m)) {
        ++m.taken;
        ++r.handed_on;
        r.progress.steps.add(1);
        storm.holds(m);
        bustle(m);
        if (r.until.reached(r.handed_on)) return close(m);
        hand_on(m, storm);
    }
}

// False: the ring is over.
bool rings::take(member& m) {
    const word& w = boxes_[m.box];
    for (;;) {
        const uint64_t value = w.value();
        if (!full(value)) {
            wait_for_token(m, w, value);
        } else {
            if (ring_of(m).progress.over.load(std::memory_order_acquire)) return false;
            if (w.exchange(value, value + 1)) return true;
        }
    }
}

void rings::wait_for_token(member& m, const word& w, uint64_t empty) {
    const timespec soon = abi_test::from_now(std::chrono::nanoseconds(m.below(200'000)));
    const timespec* deadline = m.one_in(8) ? &soon : nullptr;
    switch (m.below(4)) {
        case 0:
            return wait_for_many(m, w, empty, deadline);
        case 1:  // every wake of these has the lowest bit
            static_cast<void>(m.calls.wait(w, empty, deadline, CLOCK_MONOTONIC, 1 | m.random()));
            return;
        default:
            static_cast<void>(m.calls.wait(w, empty, deadline));
    }
}

// Its own box and, of a shared ring, boxes of others; else a word that nobody wakes.
void rings::wait_for_many(member& m, const word& w, uint64_t empty, const timespec* deadline) {
    futex_waitv words[8];
    const auto n = static_cast<unsigned>(1 + m.below(std::size(words)));
    for (unsigned i = 0; i < n; ++i) {
        const word& other = ring_of(m).shared ? boxes_[any_shared(m)] : m.scratch;
        words[i] = other.waited_for(other.value());
    }
    words[m.below(n)] = w.waited_for(empty);
    static_cast<void>(m.calls.waitv(std::span(words, n), deadline));
}

void rings::hand_on(member& m, disturbance& storm) {
    const ring& r = ring_of(m);
    unsigned to = r.first_box + static_cast<unsigned>(m.below(r.boxes));
    if (r.boxes > 1 && to == m.box) to = r.first_box + (to - r.first_box + 1) % r.boxes;
    if (!storm.hands_on(m, to)) wake_for(m, to);
}

void rings::wake_for(member& m, unsigned box) {
    const ring& r = ring_of(m);
    const word& w = boxes_[box];
    const uint64_t token = token_for(box);
    switch (m.below(r.shared ? 4 : 3)) {
        case 0:
            static_cast<void>(m.calls.store_wake(w, token, needs(r)));
            return;
        case 1: {
            futex2_wake_item items[4];
            for (futex2_wake_item& item : items)
                item = shared_.empty() ? w.woken(1) : boxes_[any_shared(m)].woken(1);
            items[m.below(std::size(items))] = w.woken(needs(r));
            w.set(token);
            static_cast<void>(m.calls.wakev(items));
            return;
        }
        case 2:
            w.set(token);
            static_cast<void>(m.calls.wake(w, needs(r)));
            return;
        default:
            w.set(token);
            move_and_wake(m, box, token, any_shared(m), everybody);
    }
}

// Whoever was moved is woken, whichever ring's it is. If the source's value has changed,
// somebody has the token already.
void rings::move_and_wake(member& m, unsigned from, uint64_t expected, unsigned to, int most) {
    const int wake = static_cast<int>(m.below(3));
    static_cast<void>(m.calls.requeue(boxes_[from], expected, boxes_[to], wake, most));
    static_cast<void>(m.calls.wake(boxes_[to], everybody));
}

// Calls that end no wait that has to end, but keep the buckets busy. On a box of an own
// ring only by who holds its token: nobody else would wake it meanwhile.
void rings::bustle(member& m) {
    for (uint64_t n = m.below(4); n > 0; --n) {
        const ring& r = ring_of(m);
        const bool own = shared_.empty() || m.one_in(2);
        const unsigned box =
            own ? r.first_box + static_cast<unsigned>(m.below(r.boxes)) : any_shared(m);
        const word& w = boxes_[box];
        constexpr timespec passed = {0, 0};
        switch (m.below(own && !r.shared ? 2 : 4)) {
            case 0:
            case 1:
                static_cast<void>(m.calls.wait(w, w.value(), &passed));
                break;
            case 2:
                static_cast<void>(m.calls.wake(w, static_cast<int>(m.below(3))));
                break;
            default:
                move_and_wake(m, box, w.value(), any_shared(m), static_cast<int>(m.below(4)));
        }
    }
}

void rings::close(member& m) {
    ring& r = ring_of(m);
    r.progress.over.store(true, std::memory_order_release);
    for (unsigned b = r.first_box; b < r.first_box + r.boxes; ++b) {
        boxes_[b].set(token_for(b));
        static_cast<void>(m.calls.wake(boxes_[b], everybody));
    }
    if (open_.fetch_sub(1) != 1) return;
    end_.over.store(false);
    static_cast<void>(m.calls.store_wake(gate_, 1, everybody));
}

void rings::wait_for_all(member& m) {
    while (gate_.value() == 0) static_cast<void>(m.calls.wait(gate_, 0));
}

account rings::close_account(account a) {
    dog_.reset();
    std::vector<uint64_t> taken(rings_.size());
    for (const auto& m : members_) {
        m->calls.add_to(a);
        taken[m->ring] += m->taken;
    }
    for (size_t i = 0; i < rings_.size(); ++i) {
        a.operations += rings_[i]->handed_on;
        if (taken[i] != rings_[i]->handed_on)
            a.wrong.push_back(
                fmt::format("the token of ring {} was handed on {} times, and taken {}", i,
                            rings_[i]->handed_on, taken[i]));
    }
    std::vector<word> words = boxes_;
    words.push_back(gate_);
    for (const auto& m : members_) words.push_back(m->scratch);
    check_quiet(a, words);
    return a;
}

}  // namespace futex2::stress
