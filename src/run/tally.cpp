// SPDX-License-Identifier: MIT
#include "run/tally.hpp"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "abi/instance.hpp"
#include "run/error_output.hpp"

namespace futex2::run {
namespace {

using platform::native;
using platform::order;

// What comes of calls. For a wake or a requeue a result above 0 counts waiters.
enum outcome : unsigned { calls, woken, again, timed_out, interrupted, failed };
constexpr unsigned outcomes = 6;

constexpr const char* heading = "calls\0woken\0EAGAIN\0ETIMEDOUT\0EINTR\0other errors";

// Of some CPUs of one node: threads of a node should not all write the same lines.
constexpr int shares_of_node = 8;
struct alignas(64) share {
    platform::native_atomic<uint64_t> counted[operations][outcomes];
};

// Wiped by a fork: a child counts from 0.
constinit share* shares = nullptr;

outcome outcome_of(long result) {
    switch (result) {
        case -EAGAIN:
            return again;
        case -ETIMEDOUT:
            return timed_out;
        case -EINTR:
            return interrupted;
        default:
            return failed;
    }
}

bool wakes(operation o) {
    switch (o) {
        case operation::left_to_kernel:
        case operation::wait:
        case operation::waitv:
        case operation::old_wait:
        case operation::old_wait_bitset:
            return false;
        default:
            return true;
    }
}

share& my_share(const abi::native_process& p) {
    const int node = p.nodes.index_of_node[engine::current_node(p, engine::thread<native>::self())];
    const int cpu = native::current_cpu();
    return shares[node * shares_of_node + (cpu < 0 ? 0 : cpu % shares_of_node)];
}

uint64_t sum(const abi::native_process& p, int o, outcome what, int node) {
    uint64_t total = 0;
    for (int i = 0; i < p.nodes.node_count * shares_of_node; ++i)
        if (node < 0 || node == i / shares_of_node)
            total += shares[i].counted[o][what].load(order::relaxed);
    return total;
}

void tell_operation(const abi::native_process& p, int o) {
    if (sum(p, o, calls, -1) == 0) return;
    dprintf(error_output(), "  %-18s", operation_name[o]);
    for (unsigned what = 0; what < outcomes; ++what)
        dprintf(error_output(), " %12" PRIu64, sum(p, o, static_cast<outcome>(what), -1));
    dprintf(error_output(), "\n");
}

void tell_node(const abi::native_process& p, int node) {
    uint64_t total = 0;
    for (int o = 0; o < operations; ++o) total += sum(p, o, calls, node);
    dprintf(error_output(), "  from node %-8d %12" PRIu64 "\n", p.nodes.nodes[node], total);
}

}  // namespace

bool begin_tally() {
    const abi::native_process* p = abi::instance();
    if (p == nullptr) return false;
    const auto n = static_cast<size_t>(p->nodes.node_count) * shares_of_node;
    shares = native::map<share>(n, -1, platform::on_fork::wipe);
    return shares != nullptr;
}

void count(const record& r) {
    auto& counted = my_share(*abi::instance()).counted[static_cast<int>(r.what)];
    counted[calls].fetch_add(1, order::relaxed);
    if (r.result < 0)
        counted[outcome_of(r.result)].fetch_add(1, order::relaxed);
    else if (wakes(r.what) && r.result > 0)
        counted[woken].fetch_add(static_cast<uint64_t>(r.result), order::relaxed);
}

void tell_tally() {
    const abi::native_process& p = *abi::instance();
    dprintf(error_output(), "futex2 run: %d %s\n  %-18s", getpid(), program_invocation_short_name,
            "");
    const char* name = heading;
    for (unsigned what = 0; what < outcomes; ++what, name += strlen(name) + 1)
        dprintf(error_output(), " %12s", name);
    dprintf(error_output(), "\n");
    for (int o = 0; o < operations; ++o) tell_operation(p, o);
    for (int node = 0; node < p.nodes.node_count; ++node) tell_node(p, node);
}

}  // namespace futex2::run
