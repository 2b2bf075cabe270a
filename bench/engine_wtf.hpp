// SPDX-License-Identifier: MIT
// The engine `wtf`: WebKit's WTF::ParkingLot.
#pragma once

#include "bench/engine.hpp"
#include "bench/word.hpp"
#include "bench/wtf.hpp"

namespace futex2::bench {

template <class Word>
class wtf_engine : public engine {
  public:
    using word = Word;
    using value = typename Word::value_type;

    explicit wtf_engine(bool /*shared*/) {}

    int wait(word& w, value expected) const {
        return lot_.park(&w, [&] { return load(w) == expected; }) ? 0 : -EAGAIN;
    }
    int wake(word& w, int count) const {
        return static_cast<int>(lot_.unpark(&w, static_cast<unsigned>(count)));
    }
    int store_wake(word& w, value next, int count) const {
        store(w, next);
        return wake(w, count);
    }

  private:
    const wtf& lot_ = wtf::instance();
};

}  // namespace futex2::bench
