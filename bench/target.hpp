// SPDX-License-Identifier: MIT
// What is measured: an engine, and the kind of word that it works on.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace futex2::bench {

enum class engine_id {
    user,    // this library
    kernel,  // futex(2)
    // The same, in a process whose table has so many buckets (PR_FUTEX_HASH):
    kernel_global,  // all processes' one
    kernel_16,
    kernel_256,
    kernel_4096,
    kernel2,  // the kernel's futex2: system calls 449 and 454 to 456
    std,      // std::atomic_ref's wait and notify
    boost,    // boost::atomic_ref's
    wtf,      // WTF::ParkingLot; its lock is WTF::Lock
    // Locks alone:
    pthread,   // pthread_mutex_t
    adaptive,  // the same, PTHREAD_MUTEX_ADAPTIVE_NP
    shared,    // std::shared_mutex
    absl,      // absl::Mutex
    nsync,     // nsync_mu
    tbb,       // tbb::mutex
};

/** In the order in which they are named. */
const std::vector<engine_id>& all_engines();

std::string_view name_of(engine_id engine);
/** For people, in a few words. */
std::string_view meaning_of(engine_id engine);
std::optional<engine_id> engine_named(std::string_view name);

/** Buckets of the kernel's table that the engine asks for, 0: the global one. */
std::optional<unsigned> kernel_slots(engine_id engine);

struct target {
    engine_id engine = engine_id::user;
    unsigned bits = 32;  // 8, 16, 32 or 64
    bool numa = false;
    bool shared = false;  // words without FUTEX2_PRIVATE
};

/** Why the engine cannot wait on such words here; empty: it can. Asks the engine. */
std::string unsupported(const target& what);
/** The same of several such words at once, and of moving waiters from one to another. */
std::string several_unsupported(const target& what);
/** Why the engine has no lock, or none of such words; empty: it has. */
std::string lock_unsupported(const target& what);

/** Whether its lock is the same, whatever words are asked for. */
bool has_own_lock(engine_id engine);

/** "user, 32-bit words" or "kernel2, 32-bit NUMA words". */
std::string description(const target& what);

}  // namespace futex2::bench
