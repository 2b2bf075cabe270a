// SPDX-License-Identifier: MIT
// The traffic of most storms: rings of words, in each of which one token goes round.
//
// A thread belongs to one box, which is a word, of one ring. It waits there until the word
// says that the token is here, takes it, and hands it on to a box of the same ring. There is
// one token, so a single wake that is lost stops the ring for ever: nothing comes later that
// would hide it.
#pragma once

#include <functional>
#include <random>

#include "stress/watchdog.hpp"

namespace futex2::stress {

/**
 * Of an *own* ring, no thread waits on a word of another ring, and a token is handed on
 * with a wake of one. Of a *shared* one, waits name boxes of other shared rings too and
 * are requeued to them, and so a token is handed on by waking all who wait on its box.
 */
struct ring_shape {
    bool shared;
    unsigned boxes;
    unsigned members;  // of all boxes
};

/** Shapes for n threads: rings of two boxes and four members, every second one shared. */
std::vector<ring_shape> small_rings(unsigned n);

/** One thread's place; if threads end and begin anew, they take it over. */
struct member {
    unsigned index;
    unsigned ring;
    unsigned box;
    caller calls;
    std::mt19937_64 random;
    uint64_t taken = 0;  // tokens
    pthread_t thread{};
    word_memory scratch_memory;
    word scratch;  // a word of its own that nobody wakes

    uint64_t below(uint64_t n) { return random() % n; }
    bool one_in(uint64_t n) { return below(n) == 0; }
};

struct ring {
    bool shared;
    unsigned first_box;
    unsigned boxes;
    limit until;
    lane progress;
    uint64_t handed_on = 0;  // the token's: only who holds it may touch this
};

/** What a storm adds to the traffic, in the member's thread. */
class disturbance {
  public:
    virtual ~disturbance() = default;
    /** Without the token. False: the thread ends. */
    virtual bool goes_on(member&) { return true; }
    /** With the token. */
    virtual void holds(member&) {}
    /** When its ring is over; signals are blocked from then on. */
    virtual void leaves(member&) {}
    /** Sees to it that the token comes to the box; false: the rings do it. */
    virtual bool hands_on(member&, unsigned) { return false; }
};

class rings {
  public:
    rings(const conditions& how, const std::vector<ring_shape>& shapes,
          std::span<const word_kind> kinds = all_kinds);

    /** Runs all members, each in a thread of its own; calls `meanwhile` now and then. */
    void run(
        disturbance& storm, const std::function<void()>& meanwhile = [] {});

    /** One thread's part: until it ends for the storm's sake, or the ring is over. */
    void take_part(member& m, disturbance& storm);

    /** Waits until all rings are over. */
    void wait_for_all(member& m);

    /** A box that is empty, and the token for it. */
    const word& box(unsigned index) const { return boxes_[index]; }
    uint64_t token_for(unsigned box) const { return boxes_[box].value() + 1; }
    /** How many may have to be woken for a token. */
    int needs(const ring& r) const;

    std::vector<std::unique_ptr<member>>& members() { return members_; }
    ring& ring_of(const member& m) { return *rings_[m.ring]; }
    const std::vector<std::unique_ptr<ring>>& all() const { return rings_; }
    const std::vector<word>& boxes() const { return boxes_; }
    const std::vector<unsigned>& shared_boxes() const { return shared_; }
    const word& gate() const { return gate_; }
    unsigned any_shared(member& m) const { return shared_[m.below(shared_.size())]; }

    /** When no thread is left. Adds to what the storm itself has counted. */
    account close_account(account a = {});

  private:
    bool take(member& m);
    void wait_for_token(member& m, const word& w, uint64_t empty);
    void wait_for_many(member& m, const word& w, uint64_t empty, const timespec* deadline);
    void hand_on(member& m, disturbance& storm);
    void wake_for(member& m, unsigned box);
    void move_and_wake(member& m, unsigned from, uint64_t expected, unsigned to, int most);
    void bustle(member& m);
    void close(member& m);

    conditions how_;
    std::vector<word_memory> memory_;
    std::vector<word> boxes_;
    std::vector<unsigned> shared_;
    std::vector<std::unique_ptr<ring>> rings_;
    std::vector<std::unique_ptr<member>> members_;
    word_memory gate_memory_;
    word gate_;
    std::atomic<unsigned> open_;
    lane end_;  // from the last ring's end until all threads are gone
    std::unique_ptr<watchdog> dog_;
};

}  // namespace futex2::stress
