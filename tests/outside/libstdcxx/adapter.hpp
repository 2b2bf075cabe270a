// SPDX-License-Identifier: MIT
/**
 * What libstdc++'s tests get for `std::`, which run.sh makes `outside::`: this library's types
 * under the standard's names, and all else from std. Included before each of them.
 */
#ifndef OUTSIDE_LIBSTDCXX_ADAPTER_HPP
#define OUTSIDE_LIBSTDCXX_ADAPTER_HPP

#include <atomic>
#include <chrono>
#include <futex2/barrier.hpp>
#include <futex2/condition_variable.hpp>
#include <futex2/latch.hpp>
#include <futex2/mutex.hpp>
#include <futex2/semaphore.hpp>
#include <futex2/shared_mutex.hpp>
#include <futex2/word.hpp>
// What else the tests include: compiled once, with this header.
#include <iostream>
#include <sstream>
#include <system_error>
#include <thread>
#include <vector>

namespace outside {

using namespace std;  // what is declared below hides it

using futex2::barrier;
using futex2::binary_semaphore;
using futex2::call_once;
using futex2::condition_variable;
using futex2::condition_variable_any;
using futex2::counting_semaphore;
using futex2::latch;
using futex2::mutex;
using futex2::notify_all_at_thread_exit;
using futex2::once_flag;
using futex2::recursive_mutex;
using futex2::recursive_timed_mutex;
using futex2::shared_mutex;
using futex2::shared_timed_mutex;
using futex2::timed_mutex;

// std::atomic, whose waits and notifications are this library's.
template <class T>
struct atomic : std::atomic<T> {
    using std::atomic<T>::atomic;
    using std::atomic<T>::operator=;

    void wait(T old, std::memory_order order = std::memory_order::seq_cst) const {
        futex2::wait(*this, old, order);
    }
    void notify_one() noexcept { futex2::notify_one(*this); }
    void notify_all() noexcept { futex2::notify_all(*this); }
};

template <class T>
void atomic_wait(const atomic<T>* word, std::type_identity_t<T> old) {
    word->wait(old);
}
template <class T>
void atomic_notify_one(atomic<T>* word) noexcept {
    word->notify_one();
}
template <class T>
void atomic_notify_all(atomic<T>* word) noexcept {
    word->notify_all();
}

}  // namespace outside

#endif
