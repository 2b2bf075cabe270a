// SPDX-License-Identifier: MIT
// The word in which a type keeps its state, and on which its threads wait.
#pragma once

#include "engine/wait.hpp"

namespace futex2::sync {

using engine::deadline;
using engine::entry;
using engine::key;
using engine::order;
using engine::platform_like;
using engine::process;
using engine::wait_result;
using engine::width;
using engine::word_kind;

template <platform_like P, width size>
class state {
  public:
    explicit state(void* address) : address_(address) {}

    uint64_t load() const { return P::load_value(address_, size); }  // acquire
    void store(uint64_t v, order o) { P::store_value(address_, size, v, o); }
    bool change(uint64_t from, uint64_t to, order o) {
        return P::compare_exchange_value(address_, size, from, to, o);
    }
    // Changes it to next(value), whatever it is; returns the former value.
    template <class Next>
    uint64_t update(order o, const Next& next) {
        for (;;) {
            const uint64_t v = load();
            if (change(v, next(v), o)) return v;
        }
    }

    void* address() const { return address_; }
    static constexpr word_kind kind() { return {static_cast<uint32_t>(size)}; }
    key key_in(const process<P>& p) const { return p.key_of(address_, kind()); }

    // Sleeps once while the value is `expected`. note: see handover.hpp; before_sleep(): see
    // engine::queue_and_sleep().
    template <class F = engine::nothing>
    wait_result sleep_while(process<P>& p, uint64_t expected, deadline until, uint32_t note = 0,
                            const F& before_sleep = {}) {
        return engine::queue_and_sleep(p, {key_in(p), expected, ~uint64_t{0}, false}, until, note,
                                       before_sleep);
    }

  private:
    void* address_;
};

// Whether a wait that ended so is to look at the state again, and perhaps to wait again.
inline bool goes_on(const wait_result& r) {
    return r.status >= 0 || r.status == -EAGAIN || r.status == -EINTR;
}

}  // namespace futex2::sync
