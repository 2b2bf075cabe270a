// SPDX-License-Identifier: MIT
// Waits on two words, and wakes of two.
#include "model/scenario.hpp"

namespace futex2::model {
namespace {

// Two wakers, each of one of the wait's words: one of them counts the wait, and the wait
// reports that word.
struct waitv_against_wakers : suite<3> {
    int status = 0;
    int woken[2] = {};
    void act(unsigned i) override {
        if (i == 2)
            status = w.waitv(numa, &some_time);
        else
            woken[i] = w.change_and_wake(i, numa, 1);
    }
    void after() override {
        RL_ASSERT(woken[0] == (status == 0 ? 1 : 0));
        RL_ASSERT(woken[1] == (status == 1 ? 1 : 0));
        RL_ASSERT(status >= 0 || status == -EAGAIN || status == -ETIMEDOUT || status == -EINTR);
        suite::after();
    }
};
const registration<waitv_against_wakers> waitv_("waitv-wakers");

// Without a deadline the wakers must end it.
struct waitv_is_woken : suite<3> {
    void act(unsigned i) override {
        if (i == 2)
            while (w.at(0).value() == 0 && w.at(1).value() == 0) w.waitv(numa);
        else
            w.change_and_wake(i, numa, 1);
    }
};
const registration<waitv_is_woken> waitv_is_woken_("waitv-woken");

struct wakev_of_two : suite<3> {
    void act(unsigned i) override {
        if (i < 2) return w.wait_for_change(i, numa);
        w.at(0).store_value(1, order::relaxed);
        w.at(1).store_value(1, order::relaxed);
        w.wakev(numa);
    }
};
const registration<wakev_of_two> wakev_("wakev");

}  // namespace
}  // namespace futex2::model
