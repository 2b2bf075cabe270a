// SPDX-License-Identifier: MIT
// The library's calls as one thread of a storm makes them: counted, their answers
// checked, and told to the watchdog.
#pragma once

#include <atomic>
#include <span>

#include "stress/storm.hpp"
#include "stress/word.hpp"

namespace futex2::stress {

/** Not a read-modify-write: that would be a fence, and the library must bring its own. */
class counter {
  public:
    void add(uint64_t n) { set(get() + n); }
    void set(uint64_t n) { n_.store(n, std::memory_order_relaxed); }
    uint64_t get() const { return n_.load(std::memory_order_relaxed); }

  private:
    std::atomic<uint64_t> n_{0};
};

/** What a thread is in the middle of. */
struct doing {
    std::atomic<const char*> call{nullptr};  // null: nothing
    std::atomic<void*> address{nullptr};     // the word, or a waitv's first
    std::atomic<uint64_t> expected{0};       // of a wait
    std::atomic<unsigned> size{0};
    std::atomic<bool> numa{false};
};

class alignas(128) caller {
  public:
    static constexpr uint64_t any = ~uint64_t{0};

    /** Deadlines are absolute; null: none. Values and masks are cut to the word's width. */
    int wait(const word& w, uint64_t expected, const timespec* deadline = nullptr,
             clockid_t clock = CLOCK_MONOTONIC, uint64_t mask = any);
    int waitv(std::span<futex_waitv> words, const timespec* deadline = nullptr,
              clockid_t clock = CLOCK_MONOTONIC);
    int wake(const word& w, int count, uint64_t mask = any);
    int store_wake(const word& w, uint64_t value, int count);
    int wakev(std::span<const futex2_wake_item> items);
    /** How many of those that it answers with were woken: it wakes before it moves. */
    int requeue(const word& from, uint64_t expected, const word& to, int wake, int most);

    /** Adds what was counted. */
    void add_to(account& sum) const;

    const doing& now() const { return doing_; }

    /** Waits without a deadline may answer -EINTR; those with one, too. */
    bool interrupted = false;

    /** What a storm does in front of and behind every call, if anything. */
    static inline void (*around)() = nullptr;

  private:
    template <class Call>
    int call(const char* name, const word& w, uint64_t expected, Call c);
    int ended(const char* name, int result, int most, bool timed);
    int woken(const char* name, int result, int most);

    doing doing_;
    counter wakes_;
    counter woken_;
    counter ended_;
    counter timeouts_;
};

}  // namespace futex2::stress
