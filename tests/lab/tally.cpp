// SPDX-License-Identifier: MIT
#include "lab/tally.hpp"

#include <algorithm>

namespace futex2::lab {

void counter::add(const record& r) {
    const int node = cpu_nodes_[r.cpu];
    if (r.what == record::type::system_call) {
        ++sum_[{measure::system_calls, false, node}];
        return;
    }
    if (r.memory_node == no_node) return;  // a device
    ++sum_[{measure::accesses, r.kernel, node, r.memory_node}];
    if (lines_.insert({r.kernel, node, r.address / line_bytes}).second)
        ++sum_[{measure::lines, r.kernel, node, r.memory_node}];
    if (r.from != no_node) ++sum_[{measure::transfers, r.kernel, node, r.from}];
    if (r.invalidated) ++sum_[{measure::invalidations, r.kernel, node}];
}

double accesses_of(const tally& t) {
    const auto anywhere = [](int, int) { return true; };
    return total(t, measure::accesses, false, anywhere) +
           total(t, measure::accesses, true, anywhere);
}

tally mean_of(std::span<const tally> tallies) {
    tally mean;
    for (const tally& t : tallies)
        for (const auto& [q, value] : t) mean[q] += value / static_cast<double>(tallies.size());
    return mean;
}

closest_half closest_half_of(std::vector<tally> tallies) {
    std::sort(tallies.begin(), tallies.end(),
              [](const tally& a, const tally& b) { return accesses_of(a) < accesses_of(b); });
    const size_t half = (tallies.size() + 1) / 2;
    const auto width = [&](size_t first) {
        return accesses_of(tallies[first + half - 1]) - accesses_of(tallies[first]);
    };
    size_t best = 0;
    for (size_t first = 1; first + half <= tallies.size(); ++first)
        if (width(first) < width(best)) best = first;
    const auto some = std::span(tallies).subspan(best, half);
    return {mean_of(some), accesses_of(some.front()), accesses_of(some.back())};
}

}  // namespace futex2::lab
