// SPDX-License-Identifier: MIT
// For clang's -Wthread-safety: what the annotations of the locks let pass, and, with a BROKEN_
// macro each, what they must not.
#include <chrono>
#include <futex2/mutex.hpp>
#include <futex2/shared/mutex.hpp>
#include <futex2/shared_mutex.hpp>

namespace {

template <class Mutex>
struct guarded {
    Mutex lock;
    int value __attribute__((guarded_by(lock))) = 0;
};

guarded<futex2::mutex> plain;
guarded<futex2::numa_mutex> numa;
guarded<futex2::timed_mutex> timed;
guarded<futex2::recursive_mutex> recursive;
guarded<futex2::shared::timed_mutex> of_processes;
guarded<futex2::shared_mutex> shared;

template <class Mutex>
void change(guarded<Mutex>& g) {
    g.lock.lock();
    ++g.value;
    g.lock.unlock();
}

}  // namespace

int main() {
    change(plain);
    change(numa);
    change(timed);
    change(recursive);
    change(of_processes);
    change(shared);
    if (plain.lock.try_lock()) {
        ++plain.value;
        plain.lock.unlock();
    }
    if (timed.lock.try_lock_for(std::chrono::seconds(0))) {
        ++timed.value;
        timed.lock.unlock();
    }
    if (of_processes.lock.try_lock_for(std::chrono::seconds(0))) {
        ++of_processes.value;
        of_processes.lock.unlock();
    }
    shared.lock.lock_shared();
    const int seen = shared.value;
    shared.lock.unlock_shared();
#if defined(BROKEN_NOT_LOCKED)
    ++plain.value;
#elif defined(BROKEN_NOT_UNLOCKED)
    numa.lock.lock();
#elif defined(BROKEN_LOCKED_TWICE)
    plain.lock.lock();
    plain.lock.lock();
    plain.lock.unlock();
#elif defined(BROKEN_WRITTEN_WHILE_SHARED)
    shared.lock.lock_shared();
    ++shared.value;
    shared.lock.unlock_shared();
#elif defined(BROKEN_TRY_NOT_LOOKED_AT)
    timed.lock.try_lock();
    ++timed.value;
    timed.lock.unlock();
#endif
    return seen - 1;
}
