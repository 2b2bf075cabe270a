// SPDX-License-Identifier: MIT
// A thread of one node that does one thing after another for its owner.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <functional>
#include <thread>

namespace futex2::lab {

class servant {
  public:
    /** On the node's index-th CPU; its stack and thread-local memory lie on the node. */
    servant(int node, int index);
    servant(const servant&) = delete;
    servant& operator=(const servant&) = delete;
    ~servant();

    /** Begins a task, which the thread then does on its own. */
    void begin(std::function<void()> task);
    /** Returns when the task is done, and the thread leaves its CPU to others. */
    void finish();
    void perform(std::function<void()> task);

    /** Returns when the task that was begun sleeps in the kernel. */
    void await_sleep() const;

  private:
    enum class state { idle, ordered, at_work, ended };

    void become(state s);
    void serve(int node, int index);

    std::function<void()> task_;
    std::atomic<state> state_ = state::idle;
    std::atomic<pid_t> id_ = 0;
    std::thread thread_;
};

}  // namespace futex2::lab
