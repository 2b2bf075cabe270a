// SPDX-License-Identifier: MIT
// Relacy's objects of a world, of which a schedule uses a few: to make and to end the others
// would take half of its time.
#pragma once

#include <optional>

#include "model/relacy.hpp"

namespace futex2::model {

// The time in which a world is made, before its threads begin. What is made then happens before
// all that they do, so it makes no difference to them when it is done: an object that one of
// them is the first to use is made by a thread of its own, whose clock stands still before
// theirs begin.
class beginning {
  public:
    explicit beginning(rl::thread_info_base& maker) {
        maker_ = &maker;
        lasts_ = true;
    }
    beginning(const beginning&) = delete;
    beginning& operator=(const beginning&) = delete;
    ~beginning() { lasts_ = false; }

    static bool lasts() { return lasts_; }

    template <class Make>
    static void go_back(Make make) {
        rl::context& c = rl::ctx();
        const rl::preemption_disabler alone(c);
        rl::thread_info_base* const now = c.threadx_;
        c.threadx_ = maker_;
        maker_->own_acq_rel_order_ = 0;
        make();
        c.threadx_ = now;
    }

  private:
    static inline rl::thread_info_base* maker_ = nullptr;
    static inline bool lasts_ = false;
};

// An object of relacy's, with a value from the start.
template <class Object, class Value>
class made_when_used {
  public:
    made_when_used() : to_be_made_(beginning::lasts()) {
        if (!to_be_made_) object_.emplace(Value{});
    }
    explicit made_when_used(Value v) : object_(std::in_place, v) {}

    Object& operator*() const {
        if (to_be_made_) {
            to_be_made_ = false;
            beginning::go_back([this] { object_.emplace(Value{}); });
        }
        return *object_;  // of an object that has ended, too: relacy reports its use
    }
    Object* operator->() const { return &**this; }

  private:
    mutable bool to_be_made_ = false;
    mutable std::optional<Object> object_;
};

}  // namespace futex2::model
