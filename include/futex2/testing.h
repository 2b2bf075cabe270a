/* SPDX-License-Identifier: MIT */
/**
 * For tests and measurements; not part of the stable interface.
 *
 * FUTEX2_NODES=n in the environment lays n virtual nodes (1 to 1024) over the
 * CPUs, so that every path between nodes runs on any machine.
 */
#ifndef FUTEX2_TESTING_H
#define FUTEX2_TESTING_H

#include <futex2/futex2.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Makes the calling thread act as if it ran on the node; -1 ends that.
 * Returns 0, or -EINVAL for a node that is not possible. Signal-safe.
 */
FUTEX2_API int futex2_testing_pin_node(int node) FUTEX2_NOEXCEPT;

/**
 * Sets the most rounds that a waiter spins before it sleeps, for all threads
 * from now on (0: it sleeps at once); returns the bound that held before. At
 * load it comes from FUTEX2_SPIN, else the built-in default. Signal-safe.
 */
FUTEX2_API int futex2_testing_set_spin(int rounds) FUTEX2_NOEXCEPT;

/**
 * How many waits are queued on the word, counted as futex2_wake() counts them; flags as
 * there. A thread that is still on its way into the queue is not counted, even if it
 * sleeps already because it found the queue locked. Returns the errors of
 * futex2_wake(), -ENOTSUP for a word without FUTEX2_PRIVATE, and -ENOMEM. May block for the length
 * of a list operation.
 */
FUTEX2_API int futex2_testing_waits_on(void* word, unsigned flags) FUTEX2_NOEXCEPT;

/** What the library built for one node. */
struct futex2_testing_table {
    int node;            /* as hints name it */
    unsigned buckets;    /* hash buckets of the node's table */
    uint64_t bytes;      /* of the table, in pages of its own */
    const void* address; /* of its first bucket */
};

/** Describes the index-th node's table, 0 <= index < futex2_node_count(), or -EINVAL, -ENOMEM. */
FUTEX2_API int futex2_testing_table_of(int index,
                                       struct futex2_testing_table* table) FUTEX2_NOEXCEPT;

/** Bytes of library memory that a thread owns once it has waited: thread-local state, and the
 * parker and the entry that it waits with. */
FUTEX2_API int futex2_testing_thread_bytes(void) FUTEX2_NOEXCEPT;

/** How the calling thread's node is read: "rseq node_id", "rseq cpu_id", "getcpu", or "pinned". */
FUTEX2_API const char* futex2_testing_node_source(void) FUTEX2_NOEXCEPT;

#ifdef __cplusplus
}
#endif

#endif
