// SPDX-License-Identifier: MIT
#include "kernel/probe.hpp"

#include <sys/auxv.h>
#include <sys/utsname.h>

#include <thread>

#include "kernel/calls.hpp"
#include "kernel/private_hash.hpp"

namespace futex2::kernel {
namespace {

// Where the system's headers are older than the kernel.
constexpr unsigned long at_rseq_feature_size = 27;  // Linux 6.3, include/uapi/linux/auxvec.h

// A missing call answers ENOSYS, a forbidden one what the filter says (EPERM
// mostly), an unknown flag EINVAL: so only the expected answer means "offered".
feature expect(long answer, long offered_answer) {
    if (answer == offered_answer) return {true, 0};
    return {false, answer < 0 ? static_cast<int>(answer) : -EPROTO};
}

feature probe_waitv() {
    const uint32_t word = 1;
    futex_waitv one{};
    one.val = word + 1;
    one.uaddr = reinterpret_cast<uintptr_t>(&word);
    one.flags = private_word;
    return expect(waitv(&one, 1, 0, nullptr, CLOCK_MONOTONIC), -EAGAIN);
}

// Count 0: the flags and the word are checked, and nobody is woken.
feature probe_wake(const void* word, unsigned flags) {
    return expect(wake(word, any_waiter, 0, flags), 0);
}

feature probe_wait() {
    const uint32_t word = 1;
    return expect(wait(&word, word + 1, any_waiter, private_word, nullptr, CLOCK_MONOTONIC),
                  -EAGAIN);
}

feature probe_requeue() {
    const uint32_t words[2] = {1, 1};
    futex_waitv from_to[2]{};
    for (int i = 0; i < 2; ++i) {
        from_to[i].val = words[i] + 1;
        from_to[i].uaddr = reinterpret_cast<uintptr_t>(&words[i]);
        from_to[i].flags = private_word;
    }
    return expect(requeue(from_to, 0, 0, 0), -EAGAIN);
}

// The kernel gives a word without a node the caller's, so it must be writable.
feature probe_numa() {
    futex32_numa word{0, FUTEX_NO_NODE};
    return probe_wake(&word, private_word | FUTEX2_NUMA);
}

feature probe_mpol() {
    const uint32_t word = 0;
    return probe_wake(&word, private_word | FUTEX2_MPOL);
}

void probe_private_hash(offer& found) {
    long slots = 0;
    std::thread([&slots] { slots = private_hash_slots(); }).join();
    if (slots < 0) {
        found.private_hash = {false, static_cast<int>(slots)};
        return;
    }
    // A kernel built without it answers 0 too, and so does a process whose
    // user chose the global table.
    found.private_hash = {slots > 0, 0};
    found.private_slots = static_cast<int>(slots);
}

}  // namespace

offer probe() {
    offer found;
    utsname system{};
    if (uname(&system) == 0) found.release = system.release;
    const uint32_t word = 0;
    found.futex_waitv = probe_waitv();
    found.futex_wake = probe_wake(&word, private_word);
    found.futex_wait = probe_wait();
    found.futex_requeue = probe_requeue();
    found.numa = probe_numa();
    found.mpol = probe_mpol();
    probe_private_hash(found);
    found.rseq_feature_size = static_cast<unsigned>(getauxval(at_rseq_feature_size));
    return found;
}

}  // namespace futex2::kernel
