// SPDX-License-Identifier: MIT
// Threads that move between nodes while they wait: CPU masks change at random, their own
// and each other's, and the node that a thread acts as if it ran on. NUMA words only.
#include <fmt/core.h>
#include <sched.h>

#include <algorithm>

#include "stress/nodes.hpp"
#include "stress/rings.hpp"

namespace futex2::stress {
namespace {

constexpr word_kind numa_kinds[] = {
    {FUTEX2_SIZE_U8, true},
    {FUTEX2_SIZE_U16, true},
    {FUTEX2_SIZE_U32, true},
    {FUTEX2_SIZE_U64, true},
};

std::vector<int> allowed_cpus() {
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) != 0) fail("sched_getaffinity failed");
    std::vector<int> cpus;
    for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu)
        if (CPU_ISSET(cpu, &set)) cpus.push_back(cpu);
    return cpus;
}

class affinity final : public disturbance {
  public:
    explicit affinity(rings& traffic) : traffic_(traffic) {}

    bool goes_on(member& m) override {
        move(m);
        look_at_hint(m);
        return true;
    }
    void holds(member& m) override { move(m); }

    uint64_t moves() const { return moves_.load(); }

  private:
    void move(member& m) {
        switch (m.below(8)) {
            case 0:
                return pin(m, m.thread);
            case 1:
                return pin(m, traffic_.members()[m.below(traffic_.members().size())]->thread);
            case 2:  // -1: where it really runs
                act_on(m.one_in(4) ? -1 : nodes_[m.below(nodes_.size())]);
                ++moves_;
                return;
            default:
                return;
        }
    }

    void pin(member& m, pthread_t thread) {
        cpu_set_t set;
        CPU_ZERO(&set);
        for (uint64_t n = 1 + m.below(2); n > 0; --n)
            CPU_SET(static_cast<size_t>(cpus_[m.below(cpus_.size())]), &set);
        if (pthread_setaffinity_np(thread, sizeof set, &set) != 0) fail("a CPU went away");
        ++moves_;
    }

    void look_at_hint(member& m) const {
        const int64_t hint = traffic_.boxes()[m.box].hint();
        if (hint != FUTEX_NO_NODE && std::ranges::find(nodes_, hint) == nodes_.end())
            fail("a hint names node {}, which is none", hint);
    }

    rings& traffic_;
    const std::vector<int> cpus_ = allowed_cpus();
    const std::vector<int> nodes_ = all_nodes();
    std::atomic<uint64_t> moves_{0};
};

account run_affinity(const conditions& how) {
    rings traffic(how, small_rings(how.threads), numa_kinds);
    affinity storm(traffic);
    traffic.run(storm);
    account a = traffic.close_account();
    a.disturbed = fmt::format("{} moves", storm.moves());
    return a;
}

const registration affinity_({"affinity", "threads move between CPUs and nodes", 16, 80'000,
                              run_affinity});

}  // namespace
}  // namespace futex2::stress
