// SPDX-License-Identifier: MIT
// Requeues from word 0 to word 1, against wakes and waits that end.
#include "model/scenario.hpp"

namespace futex2::model {
namespace {

// Wherever the waiter is when it is woken, one of the wakers finds it.
template <const word_kind& from, const word_kind& to>
struct requeue_against_wake : suite<3> {
    void act(unsigned i) override {
        switch (i) {
            case 0:
                // A requeued waiter does not look at word 0 again before it is woken.
                w.wait_for_change(0, from);
                break;
            case 1:
                w.requeue(0, from, 1, to);
                w.change_and_wake(1, to);
                break;
            default:
                w.change_and_wake(0, from);
        }
    }
};
const registration<requeue_against_wake<numa, numa>> numa_numa_("requeue-wake");
const registration<requeue_against_wake<plain, numa>> plain_numa_("requeue-wake-from-plain");
const registration<requeue_against_wake<numa, plain>> numa_plain_("requeue-wake-to-plain");

// The same with one waker of both words: wherever it looks first, it finds the waiter.
template <const word_kind& from, const word_kind& to>
struct requeue_against_wakes_of_both : suite<3> {
    void act(unsigned i) override {
        switch (i) {
            case 0:
                w.wait_for_change(0, from);
                break;
            case 1:
                w.requeue(0, from, 1, to);
                break;
            default:
                w.change_and_wake(0, from);
                w.wake(1, to);
        }
    }
};
const registration<requeue_against_wakes_of_both<plain, plain>> both_plain_("requeue-both-plain");
const registration<requeue_against_wakes_of_both<numa, numa>> both_numa_("requeue-both-numa");

// A hint that the user set stays, whoever comes and goes.
struct requeue_to_a_given_node : suite<3> {
    void before() override { w.set_hint(1, 1); }
    void act(unsigned i) override {
        if (i == 0) {
            w.wait(0, numa, &some_time);
        } else if (i == 1) {
            w.requeue(0, numa, 1, numa);
        } else {
            w.wake(1, numa);
        }
    }
};
const registration<requeue_to_a_given_node> given_node_("requeue-given-node");

// Who gives up leaves the queue that it was moved to.
template <const word_kind& kind>
struct requeue_against_timeout : suite<3> {
    int status = 0;
    int woken = 0;
    void act(unsigned i) override {
        if (i == 0)
            status = w.wait(0, kind, &some_time);
        else if (i == 1)
            w.requeue(0, kind, 1, kind);
        else
            woken = w.wake(1, kind);
    }
    void after() override {
        RL_ASSERT(woken == (status == 0 ? 1 : 0));
        suite::after();
    }
};
const registration<requeue_against_timeout<plain>> plain_moved_timeout_("requeue-timeout-plain");
const registration<requeue_against_timeout<numa>> numa_moved_timeout_("requeue-timeout-numa");

// Two are moved; a waker that knows nothing of them yet wakes one, and must leave the other
// where it is.
struct requeue_of_two : suite<4> {
    void act(unsigned i) override {
        if (i < 2) {
            w.wait_for_change(0, plain);
        } else if (i == 2) {
            w.requeue(0, plain, 1, plain);
        } else {
            w.wake(1, plain, 1);
            w.change_and_wake(0, plain);
            w.wake(1, plain);
        }
    }
};
const registration<requeue_of_two> of_two_("requeue-of-two");

// Who moves a waiter on may know of it, and of what it did before, by nothing but the first
// requeue's raise of the count. A requeue that finds nobody tries again: it rarely matters.
struct requeue_there_and_back : suite<3> {
    void act(unsigned i) override {
        switch (i) {
            case 0:
                w.wait_for_change(0, plain);
                break;
            case 1:
                for (int tries = 0; tries < 4; ++tries)
                    if (w.requeue(0, plain, 1, plain) != 0) break;
                break;
            default:
                for (int tries = 0; tries < 4; ++tries)
                    if (w.requeue(1, plain, 0, plain) != 0) break;
                w.change_and_wake(0, plain);
                w.wake(1, plain);
        }
    }
};
const registration<requeue_there_and_back> back_("requeue-back");

// Between two nodes, while a waiter of the destination comes on its own.
struct requeue_between_nodes : suite<3> {
    void act(unsigned i) override {
        if (i == 0)
            w.wait_for_change(0, numa);
        else if (i == 1)
            w.wait_for_change(1, numa);
        else {
            w.requeue(0, numa, 1, numa);
            w.change_and_wake(0, numa);
            w.change_and_wake(1, numa);
        }
    }
};
const registration<requeue_between_nodes> between_("requeue-nodes");

}  // namespace
}  // namespace futex2::model
