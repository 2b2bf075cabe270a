// SPDX-License-Identifier: MIT
// All that the libraries must not do. binary_checks.cmake is run on this object
// too, and must reject it.
#include <unistd.h>

#include <atomic>
#include <cstdint>

namespace not_of_ours {

struct pair {
    std::uint64_t value;
    std::int64_t hint;
};

// g++ sends 16 bytes to libatomic.
pair exchange(std::atomic<pair>& shared, pair desired) {
    return shared.exchange(desired);
}

// Compiled with -ftls-model=global-dynamic: reached by a call.
thread_local int counter;
int count() {
    return ++counter;
}

// Libc's, or a program's in its place.
long call(long number) {
    return syscall(number);
}

// check_names wants some names before it judges them.
#define FUTEX2_NAME(n) \
    int name_##n() {   \
        return n;      \
    }
FUTEX2_NAME(1)
FUTEX2_NAME(2)
FUTEX2_NAME(3)
FUTEX2_NAME(4)
FUTEX2_NAME(5)
FUTEX2_NAME(6)
FUTEX2_NAME(7)
FUTEX2_NAME(8)

}  // namespace not_of_ours
