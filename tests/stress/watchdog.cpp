// SPDX-License-Identifier: MIT
#include "stress/watchdog.hpp"

#include <sys/uio.h>
#include <unistd.h>

#include <cstring>
#include <utility>

#include "stress/report.hpp"

namespace futex2::stress {
namespace {

// The word may be gone: the kernel reads it, or does not.
bool read(const doing& d, word_memory& copy) {
    const size_t bytes = size_t{d.numa.load() ? 2u : 1u} << d.size.load();
    const iovec to = {&copy, bytes};
    const iovec from = {d.address.load(), bytes};
    return process_vm_readv(getpid(), &to, 1, &from, 1, 0) == static_cast<ssize_t>(bytes);
}

}  // namespace

watchdog::watchdog(const conditions& how, std::vector<const lane*> lanes,
                   std::vector<const caller*> callers)
    : patience_(how.patience),
      lanes_(std::move(lanes)),
      callers_(std::move(callers)),
      last_(lanes_.size()),
      guard_(patience_ / 16, [this] { look(); }) {}

void watchdog::look() {
    const auto now = clock::now();
    for (size_t i = 0; i < lanes_.size(); ++i) {
        const uint64_t steps = lanes_[i]->steps.get();
        if (steps != last_[i].steps || lanes_[i]->over.load())
            last_[i] = {steps, now};
        else if (now - last_[i].since > patience_)
            bite(*lanes_[i]);
    }
}

void watchdog::bite(const lane& stuck) const {
    size_t lane_number = 0;
    while (lanes_[lane_number] != &stuck) ++lane_number;
    say("stress: {}, seed {}: stuck: lane {} has not gone on for {:g} s, after {} steps",
        running.name, running.seed, lane_number, patience_.count(), stuck.steps.get());
    int stranded = 0;
    for (size_t i = 0; i < callers_.size(); ++i) stranded += tell(i);
    fail("lost: {} (threads that wait for a value that is gone)", stranded);
}

// True: the thread waits for a value that its word does not have.
bool watchdog::tell(size_t index) const {
    const doing& d = callers_[index]->now();
    const char* call = d.call.load();
    if (call == nullptr) {
        say("  thread {}: in no call", index);
        return false;
    }
    const word_kind kind = {d.size.load(), d.numa.load()};
    word_memory copy;
    if (!read(d, copy)) {
        say("  thread {}: in {} on u{} at {}, which is gone", index, call, kind.bits(),
            d.address.load());
        return false;
    }
    const word w(&copy, kind);
    const bool waits = std::strncmp(call, "wait", 4) == 0;
    const bool stranded = waits && w.value() != d.expected.load();
    say("  thread {}: in {} on u{}{} at {}: expects {}, holds {}, hint {}{}", index, call,
        kind.bits(), kind.numa ? "_numa" : "", d.address.load(), d.expected.load(), w.value(),
        kind.numa ? w.hint() : -1, stranded ? ": stranded" : "");
    return stranded;
}

}  // namespace futex2::stress
