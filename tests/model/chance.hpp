// SPDX-License-Identifier: MIT
// A scheduler that draws each schedule at random: first how long threads run at a
// stretch, and how long they sleep before a deadline or a signal ends it; then who runs.
//
// Not relacy's own, which tosses a coin at every step: there a thread with many steps
// before the one that matters is almost never there before a thread with few.
#pragma once

#include "model/relacy.hpp"

namespace futex2::model {

// test_params: schedules up to number iteration_count.
template <rl::thread_id_t threads>
class chance : public rl::scheduler<chance<threads>, rl::scheduler_thread_info, threads> {
    using base = rl::scheduler<chance, rl::scheduler_thread_info, threads>;

  public:
    struct task_t {};

    chance(rl::test_params& how, typename base::shared_context_t& shared,
           rl::thread_id_t dynamic_threads)
        : base(how, shared, dynamic_threads) {}

    rl::thread_id_t iteration_begin_impl() {
        state_ = this->iter_;
        stretch_ = 1u << below(7);
        sleep_ = 4u << below(5);
        return this->running_threads[below(this->running_threads_count)];
    }
    bool iteration_end_impl() { return this->iter_ == this->params_.iteration_count; }
    rl::iteration_t iteration_count_impl() { return this->params_.iteration_count; }

    rl::thread_id_t schedule_impl(rl::unpark_reason& reason, unsigned yield) {
        const unsigned awake = this->running_threads_count;
        if (const unsigned timed = this->timed_thread_count_; passes_a_deadline(timed, awake)) {
            reason = rl::unpark_reason_timeout;
            return rouse(this->timed_threads_[below(timed)]->index_);
        }
        if (const unsigned n = this->spurious_thread_count_; sends_a_signal(n, awake)) {
            reason = rl::unpark_reason_spurious;
            return rouse(this->spurious_threads_[below(n)]->index_);
        }
        reason = rl::unpark_reason_normal;
        const bool goes_on =
            this->thread_->state_ == rl::thread_state_running && yield == 0 && below(stretch_) != 0;
        return goes_on ? this->thread_->index_ : this->running_threads[below(awake)];
    }
    unsigned rand_impl(unsigned limit, rl::sched_type) { return below(limit); }

    void get_state_impl(std::ostream&) {}
    void set_state_impl(std::istream&) {}
    void on_thread_block(rl::thread_id_t, bool) {}

  private:
    bool passes_a_deadline(unsigned sleepers, unsigned awake) {
        return sleepers > 0 && (awake == 0 || below(sleep_) == 0);
    }
    bool sends_a_signal(unsigned sleepers, unsigned awake) {
        return sleepers > 0 && awake > 0 && below(sleep_) == 0;
    }
    rl::thread_id_t rouse(rl::thread_id_t thread) {
        this->unpark_thread(thread);
        return thread;
    }

    // splitmix64 (Steele, Lea, Flood 2014): numbers that follow each other begin apart.
    unsigned below(unsigned limit) {
        if (limit == 1) return 0;
        uint64_t z = state_ += 0x9e3779b97f4a7c15;
        z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
        z = (z ^ z >> 27) * 0x94d049bb133111eb;
        return static_cast<unsigned>(((z ^ z >> 31) >> 32) * limit >> 32);
    }

    uint64_t state_;
    unsigned stretch_;  // steps, on average: 1 to 64
    unsigned sleep_;    // the same, of others: 4 to 64
};

}  // namespace futex2::model
