// SPDX-License-Identifier: MIT
#include "stress/lives.hpp"

#include <futex2/testing.h>
#include <time.h>

#include <algorithm>

#include "engine/thread.hpp"
#include "platform/native.hpp"
#include "stress/quiet.hpp"
#include "stress/report.hpp"

namespace futex2::stress {

using platform::native;
using platform::order;
using page = engine::parker_page<native>;

void live(rings& traffic, disturbance& storm, member& m, life& mine) {
    // Not caught: a thread that is cancelled unwinds through here.
    struct at_end {
        life& mine;
        ~at_end() {
            check_thread();
            mine.parker = engine::thread<native>::self().own.parking;
            mine.ended.store(true, std::memory_order_release);
        }
    } const guard{mine};
    m.thread = pthread_self();
    traffic.take_part(m, storm);
}

supervisor::supervisor(rings& traffic) : traffic_(traffic), lives_(traffic.members().size()) {
    filled_.reserve(lives_.size());
}

void supervisor::run(const succession& s) {
    for (size_t i = 0; i < lives_.size(); ++i)
        if (s.next(*traffic_.members()[i], lives_[i])) filled_.push_back(i);
    constexpr timespec pause = {0, 50'000};
    while (!filled_.empty()) {
        std::erase_if(filled_, [&](size_t place) { return !goes_on(place, s); });
        nanosleep(&pause, nullptr);
    }
}

bool supervisor::goes_on(size_t place, const succession& s) {
    life& l = lives_[place];
    if (!l.ended.load(std::memory_order_acquire)) {
        s.alive(l);
        return true;
    }
    void* result = nullptr;
    if (pthread_join(l.thread, &result) != 0) fail("a thread could not be joined");
    s.ended(l, result);
    l.cancelled = false;
    l.parker = nullptr;
    l.ended.store(false, std::memory_order_relaxed);
    return s.next(*traffic_.members()[place], l);
}

void parkers::had(const void* parker) {
    if (parker == nullptr) return;
    const auto at = std::ranges::lower_bound(seen_, parker);
    if (at == seen_.end() || *at != parker) seen_.insert(at, parker);
}

void parkers::check(account& a, unsigned threads) const {
    // The lowest free one of a page is taken; beyond one page they may be in any.
    const unsigned pages = threads <= page::slots ? 1 : 2;
    const auto most = size_t{threads} * pages * static_cast<size_t>(futex2_node_count());
    if (seen_.size() > most)
        a.wrong.push_back(
            fmt::format("{} threads at a time had {} parkers", threads, seen_.size()));
    for (const void* p : seen_) {
        const auto* parker = static_cast<const engine::parker<native>*>(p);
        const page& its = page::of(parker);
        const auto slot = static_cast<unsigned>(parker - its.parkers);
        if ((its.used.load(order::relaxed) >> slot & 1) != 0)
            a.wrong.push_back("a thread that has ended has kept its parker");
    }
}

}  // namespace futex2::stress
