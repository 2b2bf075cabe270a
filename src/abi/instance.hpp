// SPDX-License-Identifier: MIT
// The one engine of this process.
#pragma once

#include "engine/engine.hpp"
#include "platform/native.hpp"

namespace futex2::abi {

using platform::native;
using platform::order;
using native_process = engine::process<native>;

native_process* create_instance();

// False: another copy of this library has said in this process what is wrong with its environment.
[[gnu::visibility("hidden")]] extern constinit bool complains;

// A line on stderr: the environment's variable is none of what it may be.
void complain(const char* variable, const char* expected);

// Said to be hidden: -fvisibility=hidden does not reach what is declared extern, and
// every call would take the address from the global offset table first.
[[gnu::visibility("hidden")]] extern constinit native::atomic<native_process*> instance_;

// Made when the library is loaded, or by whoever calls before that. Null where
// memory is missing. Async-signal-safe once the library is loaded.
inline native_process* instance() {
    native_process* p = instance_.load(order::acquire);
    return p != nullptr ? p : create_instance();
}

// Null also where the library is not loaded yet: nobody can wait.
inline native_process* instance_if_any() {
    return instance_.load(order::acquire);
}

}  // namespace futex2::abi
