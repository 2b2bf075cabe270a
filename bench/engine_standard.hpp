// SPDX-License-Identifier: MIT
// The engines `std` and `boost`: the waits and notifies of std::atomic_ref and
// boost::atomic_ref. A wait ends when the value has changed, and a notify does not say
// whom it woke.
#pragma once

#include <atomic>
#include <climits>
#if FUTEX2_BENCH_BOOST
#include <boost/atomic/atomic_ref.hpp>
#endif

#include "bench/engine.hpp"
#include "bench/word.hpp"

namespace futex2::bench {

template <class Word, template <class> class Ref>
class standard_engine : public engine {
  public:
    using word = Word;
    using value = typename Word::value_type;
    static constexpr bool by_value = true;

    explicit standard_engine(bool /*shared*/) {}

    /** 0: the value is another, from the beginning or by now. */
    int wait(word& w, value expected) const {
        Ref<value>(w.value).wait(expected);
        return 0;
    }
    /** INT_MAX: all. Returns count, whomever it woke. */
    int wake(word& w, int count) const {
        const Ref<value> here(w.value);
        if (count == INT_MAX)
            here.notify_all();
        else
            for (int i = 0; i < count; ++i) here.notify_one();
        return count;
    }
    int store_wake(word& w, value next, int count) const {
        // seq_cst, the default, and what it takes: a notify looks for waiters without a fence.
        Ref<value>(w.value).store(next);
        return wake(w, count);
    }
};

template <class Word>
using std_engine = standard_engine<Word, std::atomic_ref>;

#if FUTEX2_BENCH_BOOST
template <class Word>
using boost_engine = standard_engine<Word, boost::atomic_ref>;
#endif

}  // namespace futex2::bench
