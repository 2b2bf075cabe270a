// SPDX-License-Identifier: MIT
// Threads that end in the middle of a storm, and others that take their places.
#pragma once

#include <functional>

#include "stress/rings.hpp"

namespace futex2::stress {

/** One thread's time in a member's place. */
struct life {
    pthread_t thread{};
    bool cancelled = false;        // by who supervises it
    const void* parker = nullptr;  // that it has, if it has waited
    std::atomic<bool> ended{false};
};

/**
 * Plays the member's part in the calling thread until the storm, or the end of the ring,
 * ends it; by whatever way.
 */
void live(rings& traffic, disturbance& storm, member& m, life& mine);

struct succession {
    /** Begins the next life in that place, in a thread that is stored there. False: none. */
    std::function<bool(member&, life&)> next;
    /** Its thread has been joined, with that result. */
    std::function<void(const life&, void* result)> ended;
    /** Now and then. */
    std::function<void(life&)> alive = [](life&) {};
};

/** Fills each member's place again when its thread has ended. */
class supervisor {
  public:
    explicit supervisor(rings& traffic);

    /** Until there is no next life in any place. Needs no memory. */
    void run(const succession& s);

  private:
    bool goes_on(size_t place, const succession& s);

    rings& traffic_;
    std::vector<life> lives_;
    std::vector<size_t> filled_;  // places
};

/** The parkers that threads had: those that end give theirs back, and others take it. */
class parkers {
  public:
    parkers() { seen_.reserve(4096); }

    void had(const void* parker);

    /** Adds what is wrong if so many threads at most lived at a time, and none does now. */
    void check(account& a, unsigned threads) const;

  private:
    std::vector<const void*> seen_;  // in order, each once
};

}  // namespace futex2::stress
