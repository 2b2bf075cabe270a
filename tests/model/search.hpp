// SPDX-License-Identifier: MIT
// A scheduler that tries all schedules with at most so many preemptions, in turn.
//
// Not relacy's own for this: where a thread sleeps with a deadline, that one makes
// choices without a difference at every step, and three threads never come to an end.
#pragma once

#include "model/relacy.hpp"

namespace futex2::model {

struct searched_thread : rl::scheduler_thread_info {
    int signals;  // that may still interrupt its sleep: without a bound there is no end

    void reset(rl::test_params& how) {
        scheduler_thread_info::reset(how);
        signals = 1;
    }
};

// test_params: context_bound preemptions, and no more than iteration_count schedules.
template <rl::thread_id_t threads>
class search : public rl::tree_search_scheduler<search<threads>, searched_thread, threads> {
    using base = rl::tree_search_scheduler<search, searched_thread, threads>;

  public:
    search(rl::test_params& how, typename base::shared_context_t& shared,
           rl::thread_id_t dynamic_threads)
        : base(how, shared, dynamic_threads) {}

    rl::thread_id_t iteration_begin_impl() {
        preemptions_ = this->params_.context_bound;
        return base::iteration_begin_impl();
    }
    bool iteration_end_impl() {
        return base::iteration_end_impl() || this->iter_ == this->params_.iteration_count;
    }
    rl::iteration_t iteration_count_impl() { return this->params_.iteration_count; }

    rl::thread_id_t schedule_impl(rl::unpark_reason& reason, unsigned /*yield*/) {
        collect_events();
        const event next = events_[count_ == 1 ? 0 : this->rand(count_, rl::sched_type_sched)];
        if (next.reason != rl::unpark_reason_normal) this->unpark_thread(next.thread);
        if (next.reason == rl::unpark_reason_spurious) --this->threads_[next.thread].signals;
        if (may_go_on() && next.thread != this->thread_->index_) --preemptions_;
        reason = next.reason;
        return next.thread;
    }
    void on_thread_block(rl::thread_id_t, bool) {}
    void purge_blocked_threads() {}

  private:
    struct event {
        rl::thread_id_t thread;
        rl::unpark_reason reason;
    };

    bool may_go_on() const { return this->thread_->state_ == rl::thread_state_running; }

    void add(rl::thread_id_t thread, rl::unpark_reason reason) {
        events_[count_++] = {thread, reason};
    }

    // What may happen next: a thread that is awake makes a step, a deadline passes, or a
    // signal comes.
    void collect_events() {
        count_ = 0;
        if (may_go_on()) {
            add(this->thread_->index_, rl::unpark_reason_normal);
            if (preemptions_ == 0) return;
        }
        for (rl::thread_id_t i = 0; i < this->running_threads_count; ++i)
            if (this->running_threads[i] != this->thread_->index_)
                add(this->running_threads[i], rl::unpark_reason_normal);
        for (rl::thread_id_t i = 0; i < this->timed_thread_count_; ++i)
            add(this->timed_threads_[i]->index_, rl::unpark_reason_timeout);
        for (rl::thread_id_t i = 0; i < this->spurious_thread_count_; ++i)
            if (this->spurious_threads_[i]->signals > 0)
                add(this->spurious_threads_[i]->index_, rl::unpark_reason_spurious);
    }

    unsigned preemptions_;  // that are left
    event events_[3 * threads];
    unsigned count_;
};

}  // namespace futex2::model
