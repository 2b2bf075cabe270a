// SPDX-License-Identifier: MIT
// Thread-local objects and the thread pointer.
#pragma once

namespace futex2::platform {

// All-zero at first; a plain load at a fixed offset (initial-exec), so that it
// may be used in a signal handler: no call, no lazy allocation.
template <class T>
inline constinit thread_local T thread_object __attribute__((tls_model("initial-exec"))){};

inline const char* thread_pointer() {
#if defined(__x86_64__)
    const char* pointer;
    __asm__("movq %%fs:0, %0" : "=r"(pointer));
    return pointer;
#elif defined(__aarch64__)
    const char* pointer;
    __asm__("mrs %0, tpidr_el0" : "=r"(pointer));
    return pointer;
#else
#error "futex2: no thread pointer for this architecture"
#endif
}

}  // namespace futex2::platform
