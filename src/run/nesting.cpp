// SPDX-License-Identifier: MIT
#include "run/nesting.hpp"

#include <pthread.h>

namespace futex2::run {
namespace {

using platform::native;
using platform::order;

constinit pthread_key_t end_key;
constinit bool has_key = false;

void at_end(void*) {
    my_nesting().ends.store(true, order::relaxed);
}

}  // namespace

void prepare_for_ends() {
    has_key = pthread_key_create(&end_key, at_end) == 0;
    native::at_thread_exit(engine::release_seat<native>, nullptr);
}

void watch_end(nesting& n) {
    n.watched.store(true, order::relaxed);
    if (has_key) pthread_setspecific(end_key, &n);
}

}  // namespace futex2::run
