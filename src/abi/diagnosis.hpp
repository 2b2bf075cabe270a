// SPDX-License-Identifier: MIT
// Misuse of words and locks, told in one line, behind which the program is aborted. Off by
// default: then each check is the load of a variable.
#pragma once

#include <futex2/sync.h>

#include "abi/instance.hpp"

namespace futex2::abi {

// FUTEX2_CHECK=1 or =0 in the environment wins over turn_checks_on().
void read_checks_from_environment();
void turn_checks_on();

inline bool checking() {
    return __builtin_expect(__atomic_load_n(&futex2_checks_, __ATOMIC_RELAXED), 0) != 0;
}

// Of a lock with an owner. Called only while checking.
[[gnu::cold]] void about_to_lock(const void* lock);
[[gnu::cold]] void has_locked(const void* lock);
// is_held: what its state says.
[[gnu::cold]] void about_to_unlock(const void* lock, bool is_held);
[[gnu::cold]] void about_to_unlock_shared(const void* lock, bool is_held);
[[gnu::cold]] void destroyed_in_use(const void* object, platform::width size);

}  // namespace futex2::abi
