// SPDX-License-Identifier: MIT
#include "lab/servant.hpp"

#include <unistd.h>

#include "abi/sleeper.hpp"
#include "lab/machine.hpp"

namespace futex2::lab {

using abi_test::sleeps;
using abi_test::until;

// The creator touches the stack first.
servant::servant(int node, int index) {
    run_on_node(node);
    thread_ = std::thread([this, node, index] { serve(node, index); });
    until([this] { return id_ != 0; });
}

servant::~servant() {
    become(state::ended);
    thread_.join();
}

void servant::become(state s) {
    state_ = s;
    state_.notify_all();
}

void servant::serve(int node, int index) {
    run_on_node(node, index);
    id_ = gettid();
    for (state_.wait(state::idle); state_ != state::ended; state_.wait(state::idle)) {
        become(state::at_work);
        task_();
        become(state::idle);
    }
}

void servant::begin(std::function<void()> task) {
    task_ = std::move(task);
    become(state::ordered);
}

void servant::finish() {
    until([this] { return state_ == state::idle && sleeps(id_); });
}

void servant::perform(std::function<void()> task) {
    begin(std::move(task));
    finish();
}

void servant::await_sleep() const {
    until([this] { return state_ == state::at_work && sleeps(id_); });
}

}  // namespace futex2::lab
