// SPDX-License-Identifier: MIT
// The engine `user`: the library's C calls.
#pragma once

#include <futex2/testing.h>

#include "bench/engine.hpp"
#include "bench/word.hpp"

namespace futex2::bench {

template <class Word>
class user_engine : public engine {
  public:
    using word = Word;
    using value = typename Word::value_type;
    template <class Other>
    using over = user_engine<Other>;
    static constexpr bool has_waitv = true;
    static constexpr bool has_requeue = true;

    explicit user_engine(bool shared) : flags_(kind_flags<Word> | (shared ? 0 : FUTEX2_PRIVATE)) {}

    int wait(word& w, value expected) const {
        return futex2_wait(&w, expected, any_mask<Word>, flags_, nullptr, CLOCK_MONOTONIC);
    }
    int wake(word& w, int count) const { return futex2_wake(&w, any_mask<Word>, count, flags_); }
    int store_wake(word& w, value next, int count) const {
        return futex2_store_wake(&w, next, count, flags_);
    }
    int requeue(word& from, value expected, word& to, int count) const {
        futex_waitv pair[] = {entry(from, expected), entry(to, 0)};
        return futex2_requeue(pair, 0, 0, count);
    }
    futex_waitv entry(word& w, value expected) const {
        return {expected, reinterpret_cast<uintptr_t>(&w), flags_, 0};
    }
    int waitv(futex_waitv* words, unsigned n, const timespec* deadline = nullptr) const {
        return futex2_waitv(words, n, 0, deadline, CLOCK_MONOTONIC);
    }

    /**
     * Whether so many waits are queued on the word; then their threads sleep, or soon will. Of a
     * shared word nobody tells.
     */
    bool queued(word& w, int count) const {
        const bool is_private = (flags_ & FUTEX2_PRIVATE) != 0;
        return !is_private || futex2_testing_waits_on(&w, flags_) == count;
    }

  private:
    unsigned flags_;
};

}  // namespace futex2::bench
