// SPDX-License-Identifier: MIT
#include "run/sigsys_action.hpp"

#include <pthread.h>
#include <time.h>

#include "platform/native.hpp"
#include "run/kernel_call.hpp"

namespace futex2::run {
namespace {

using platform::native;
using platform::native_atomic;
using platform::order;

// An action, word by word: who reads it while it is written finds that `turn` has gone on. The
// orders see to it that what is read of the next but one comes with that.
class shared_action {
  public:
    void set(const kernel_action& a) {
        handler_.store(a.handler, order::release);
        flags_.store(a.flags, order::release);
        restorer_.store(a.restorer, order::release);
        mask_.store(a.mask, order::release);
    }
    kernel_action get() const {
        return {handler_.load(order::acquire), flags_.load(order::acquire),
                restorer_.load(order::acquire), mask_.load(order::acquire)};
    }

  private:
    native_atomic<trap_handler> handler_;
    native_atomic<unsigned long> flags_;
    native_atomic<void (*)()> restorer_;
    native_atomic<signal_set> mask_;
};

// The one of `turn` is in force, and is not written: a fork copies it whole.
constinit shared_action actions[2];
constinit native_atomic<uint32_t> turn;

// Wiped by a fork: a child has no owner yet, and its lock is free.
struct ownership {
    native_atomic<int32_t> process;
    native_atomic<bool> locked;
};
constinit ownership* owned = nullptr;

// Whether these actions are the calling process's own.
bool is_owner() {
    const auto me = static_cast<int32_t>(kernel_call(SYS_getpid));
    owned->process.compare_exchange(0, me, order::relaxed);
    return owned->process.load(order::relaxed) == me;
}

// Before the child has one that shares its memory, and would be taken for the owner.
void own_after_fork() {
    is_owner();
}

// With all signals blocked: a handler of this thread would wait for it for ever.
class lock {
  public:
    lock() {
        const signal_set all = ~signal_set{0};
        kernel_call(SYS_rt_sigprocmask, SIG_SETMASK, &all, &before_, bytes_of_set);
        const timespec a_while{0, 50'000};
        while (!owned->locked.compare_exchange(false, true, order::acquire))
            kernel_call(SYS_nanosleep, &a_while, nullptr);
    }
    ~lock() {
        owned->locked.store(false, order::release);
        kernel_call(SYS_rt_sigprocmask, SIG_SETMASK, &before_, nullptr, bytes_of_set);
    }
    lock(const lock&) = delete;
    lock& operator=(const lock&) = delete;

  private:
    signal_set before_ = 0;
};

void put(const kernel_action& action) {
    const uint32_t next = turn.load(order::relaxed) + 1;
    actions[next % 2].set(action);
    turn.store(next, order::release);
}

}  // namespace

bool begin_sigsys_action(const kernel_action& first) {
    owned = native::map<ownership>(1, -1, platform::on_fork::wipe);
    if (owned == nullptr || !is_owner()) return false;
    put(first);
    return pthread_atfork(nullptr, nullptr, own_after_fork) == 0;
}

kernel_action sigsys_action() {
    for (;;) {
        const uint32_t now = turn.load(order::acquire);
        const kernel_action action = actions[now % 2].get();
        if (turn.load(order::relaxed) == now) return action;
    }
}

bool ignores_sigsys() {
    return is_ignoring(sigsys_action().handler);
}

kernel_action exchange_sigsys_action(const kernel_action& action) {
    if (!is_owner()) return sigsys_action();
    const lock held;
    const kernel_action before = sigsys_action();
    put(action);
    return before;
}

}  // namespace futex2::run
