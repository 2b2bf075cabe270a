// SPDX-License-Identifier: MIT
// A queue with so many places, which a lock and two conditions guard.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace futex2::bench {

/**
 * Kind: of locks and conditions (conditions.hpp). Every change of what threads wait for is
 * made under the lock, and followed by a notify under the lock: whoever finds the queue full,
 * empty or open sleeps before that change or sees it.
 */
template <class Kind>
class bounded_queue {
  public:
    bounded_queue(const Kind& kind, size_t places) : kind_(kind), items_(places) {}

    /** Waits for a place; work() is done under the lock. */
    template <class Work>
    void push(uint64_t item, const Work& work) {
        kind_.acquire(lock_);
        while (end_ - begin_ == items_.size()) kind_.wait(has_place_, lock_);
        items_[end_++ % items_.size()] = item;
        work();
        kind_.notify_one(has_item_, lock_);
        kind_.release(lock_);
    }

    /** Waits for an item; none: the queue is closed and empty. */
    template <class Work>
    std::optional<uint64_t> pop(const Work& work) {
        kind_.acquire(lock_);
        while (end_ == begin_ && !closed_) kind_.wait(has_item_, lock_);
        std::optional<uint64_t> item;
        if (end_ != begin_) {
            item = items_[begin_++ % items_.size()];
            work();
            kind_.notify_one(has_place_, lock_);
        }
        kind_.release(lock_);
        return item;
    }

    /** Nobody will push any more. */
    void close() {
        kind_.acquire(lock_);
        closed_ = true;
        kind_.notify_all(has_item_, lock_);
        kind_.release(lock_);
    }

  private:
    [[no_unique_address]] Kind kind_;
    alignas(128) typename Kind::lock lock_{};
    typename Kind::condition has_place_;
    typename Kind::condition has_item_;
    size_t begin_ = 0;
    size_t end_ = 0;
    bool closed_ = false;
    std::vector<uint64_t> items_;
};

}  // namespace futex2::bench
