// SPDX-License-Identifier: MIT
// One word: waits against wakes, and waits against each other.
#include "model/scenario.hpp"

namespace futex2::model {
namespace {

// Two first waiters on two nodes, and one wake of all.
struct first_waiters : suite<3> {
    void act(unsigned i) override {
        if (i < 2)
            w.wait_for_change(0, numa);
        else
            w.change_and_wake(0, numa);
    }
};
const registration<first_waiters> first_waiters_("first-waiters");

template <const word_kind& kind>
struct wait_against_wake : suite<2> {
    void act(unsigned i) override {
        if (i == 0)
            w.wait_for_change(0, kind);
        else
            w.change_and_wake(0, kind);
    }
};
const registration<wait_against_wake<plain>> plain_wait_("wait-wake-plain");
const registration<wait_against_wake<numa>> numa_wait_("wait-wake-numa");

// The last waiter gives up and resets the hint, while a new first waiter comes on the
// other node.
struct last_out : suite<3> {
    void act(unsigned i) override {
        if (i == 0)
            w.wait(0, numa, &some_time);
        else if (i == 1)
            w.wait_for_change(0, numa);
        else
            w.change_and_wake(0, numa);
    }
};
const registration<last_out> last_out_("last-out");

// A wait that ends with success has been counted, one that gives up has not.
template <const word_kind& kind>
struct timeout_against_wake : suite<2> {
    int status = 0;
    int woken = 0;
    void act(unsigned i) override {
        if (i == 0)
            status = w.wait(0, kind, &some_time);
        else
            woken = w.wake(0, kind, 1);
    }
    void after() override {
        RL_ASSERT(woken == (status == 0 ? 1 : 0));
        RL_ASSERT(status == 0 || status == -ETIMEDOUT || status == -EINTR);
        suite::after();
    }
};
const registration<timeout_against_wake<plain>> plain_timeout_("timeout-wake-plain");
const registration<timeout_against_wake<numa>> numa_timeout_("timeout-wake-numa");

// A thread that has given up waits again with the same entry and parker, under another
// lock: whoever was about to wake it for the first wait must be through with both.
template <const word_kind& kind>
struct wait_again : suite<3> {
    void act(unsigned i) override {
        if (i == 0) {
            w.wait(0, kind, &some_time);
            w.wait_for_change(1, kind);
        } else if (i == 1) {
            w.wake(0, kind, 1);
        } else {
            w.change_and_wake(1, kind);
        }
    }
};
const registration<wait_again<plain>> plain_again_("wait-again-plain");
const registration<wait_again<numa>> numa_again_("wait-again-numa");

// The waiter frees the word as soon as it sees the value.
struct store_wake_and_free : suite<2> {
    void act(unsigned i) override {
        if (i == 0) {
            w.wait_for_change(0, numa);
            w.free(0);
        } else {
            w.store_wake(0, numa);
        }
    }
};
const registration<store_wake_and_free> store_wake_("store-wake-free");

// A handler wakes a word whose waiters lie in the bucket that its thread has locked.
struct wake_in_handler : suite<2> {
    void act(unsigned i) override {
        if (i == 0) {
            modelled::mine().handler = [this] { w.change_and_wake(0, numa); };
            w.wait(0, numa, &some_time);
            if (const auto late = std::move(modelled::mine().handler)) late();
            modelled::mine().handler = nullptr;
        } else {
            w.wait_for_change(0, numa);
        }
    }
};
const registration<wake_in_handler> wake_in_handler_("wake-in-handler");

}  // namespace
}  // namespace futex2::model
