// SPDX-License-Identifier: MIT
// What the running kernel offers to futexes, found out by calls that change
// nothing: they fail at a check, or wake nobody on a word of their own.
#pragma once

#include <string>

namespace futex2::kernel {

/** One thing that a kernel may offer. */
struct feature {
    bool offered = false;
    int error = 0;  // a negative errno: the answer that says that it is not offered
};

struct offer {
    std::string release;    // as uname -r
    feature futex_waitv;    // system call 449, Linux 5.16
    feature futex_wake;     // 454, Linux 6.7
    feature futex_wait;     // 455, Linux 6.7
    feature futex_requeue;  // 456, Linux 6.7
    feature numa;           // FUTEX2_NUMA, Linux 6.16
    feature mpol;           // FUTEX2_MPOL, Linux 6.16
    feature private_hash;   // a hash table of the process's own, Linux 6.16
    int private_slots = 0;  // buckets of that table; 0: the process uses the global one
    unsigned rseq_feature_size =
        0;  // bytes of rseq fields in use (AT_RSEQ_FEATURE_SIZE), 0: unknown

    /** All of 454, 455 and 456. */
    bool futex2() const {
        return futex_wake.offered && futex_wait.offered && futex_requeue.offered;
    }
};

/**
 * Asks the kernel. Starts one thread and waits for its end: a process has no
 * private hash before its second thread. Throws std::system_error if no thread
 * can be started.
 */
offer probe();

}  // namespace futex2::kernel
