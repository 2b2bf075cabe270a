// SPDX-License-Identifier: MIT
// The calling thread's CPU and node from its rseq area: a load, where the system
// call takes a microsecond.
//
// The kernel writes the area whenever it moves the thread (rseq(2);
// include/uapi/linux/rseq.h). glibc >= 2.35 registers it and tells where it is;
// node_id is valid only if the kernel says that it has the field, for older
// kernels leave a zero there.
#pragma once

#include <cstddef>
#include <cstdint>

#include "platform/tls.hpp"

extern "C" {
extern const ptrdiff_t __rseq_offset __attribute__((weak));
extern const unsigned __rseq_size __attribute__((weak));
}

namespace futex2::platform {

enum class node_source : uint8_t { getcpu, rseq_cpu_id, rseq_node_id };

// Asked once: what the area of every thread holds.
node_source find_node_source();

inline constexpr ptrdiff_t rseq_cpu_id_offset = 4;
inline constexpr ptrdiff_t rseq_node_id_offset = 20;

// The field as the kernel last wrote it: signed, negative while unregistered.
inline int rseq_field(ptrdiff_t offset) {
    const char* area = thread_pointer() + __rseq_offset;
    return __atomic_load_n(reinterpret_cast<const int32_t*>(area + offset), __ATOMIC_RELAXED);
}

}  // namespace futex2::platform
