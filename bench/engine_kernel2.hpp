// SPDX-License-Identifier: MIT
// The engine `kernel2`: the kernel's futex2, system calls 449 and 454 to 456.
#pragma once

#include "bench/engine.hpp"
#include "bench/word.hpp"
#include "kernel/calls.hpp"

namespace futex2::bench {

template <class Word>
class kernel2_engine : public engine {
  public:
    using word = Word;
    using value = typename Word::value_type;
    template <class Other>
    using over = kernel2_engine<Other>;
    static constexpr bool has_waitv = true;
    static constexpr bool has_requeue = true;

    explicit kernel2_engine(bool shared)
        : flags_(kind_flags<Word> | (shared ? 0 : FUTEX2_PRIVATE)) {}

    int wait(word& w, value expected) const {
        return static_cast<int>(
            kernel::wait(&w, expected, any_mask<Word>, flags_, nullptr, CLOCK_MONOTONIC));
    }
    int wake(word& w, int count) const {
        return static_cast<int>(kernel::wake(&w, any_mask<Word>, count, flags_));
    }
    int store_wake(word& w, value next, int count) const {
        store(w, next);
        return wake(w, count);
    }
    int requeue(word& from, value expected, word& to, int count) const {
        const futex_waitv pair[] = {entry(from, expected), entry(to, 0)};
        return static_cast<int>(kernel::requeue(pair, 0, 0, count));
    }
    futex_waitv entry(word& w, value expected) const {
        return {expected, reinterpret_cast<uintptr_t>(&w), flags_, 0};
    }
    int waitv(futex_waitv* words, unsigned n, const timespec* deadline = nullptr) const {
        return static_cast<int>(kernel::waitv(words, n, 0, deadline, CLOCK_MONOTONIC));
    }

  private:
    unsigned flags_;
};

}  // namespace futex2::bench
