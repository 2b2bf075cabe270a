// SPDX-License-Identifier: MIT
#include "bench/ratios.hpp"

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>

#include "bench/formats.hpp"

namespace futex2::bench {
namespace {

// How well a peer's result fits; 0: not at all.
int fit(const result& mine, const result& peers) {
    const bool same = mine.suite == peers.suite && mine.variant == peers.variant &&
                      mine.threads == peers.threads && mine.metric == peers.metric &&
                      mine.unit == peers.unit && mine.shared == peers.shared;
    if (!same || !peers.unsupported.empty()) return 0;
    if (mine.numa == peers.numa) return mine.bits == peers.bits ? 3 : peers.bits == 32 ? 2 : 0;
    const bool kernels = peers.engine == "kernel" || peers.engine == "kernel2";
    return kernels && !peers.numa && peers.bits == 32 ? 1 : 0;
}

// Of each engine that is not this library the result that fits best.
std::vector<size_t> counterparts(const report& r, const result& mine) {
    std::map<std::string_view, std::pair<int, size_t>> best;
    for (size_t i = 0; i < r.results.size(); ++i) {
        const result& other = r.results[i];
        const int fits = other.engine == mine.engine ? 0 : fit(mine, other);
        if (fits > best[other.engine].first) best[other.engine] = {fits, i};
    }
    std::vector<size_t> found;
    for (const auto& [engine, match] : best)
        if (match.first > 0) found.push_back(match.second);
    std::sort(found.begin(), found.end());
    return found;
}

std::optional<interval> noise_of(const result& mine, const result& peers) {
    return mine.higher_is_better ? interval_of_ratio(mine.runs, peers.runs)
                                 : interval_of_ratio(peers.runs, mine.runs);
}

}  // namespace

std::vector<ratio> ratios_of(const report& r) {
    std::vector<ratio> all;
    for (size_t i = 0; i < r.results.size(); ++i) {
        const result& mine = r.results[i];
        if (mine.engine != "user" || !mine.unsupported.empty()) continue;
        for (const size_t j : counterparts(r, mine)) {
            const double times = times_better(mine, r.results[j]);
            if (times > 0) all.push_back({i, j, times, noise_of(mine, r.results[j])});
        }
    }
    return all;
}

}  // namespace futex2::bench
