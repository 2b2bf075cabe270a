// SPDX-License-Identifier: MIT
#include "bench/compare.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <string_view>
#include <tuple>

#include "bench/statistics.hpp"

namespace futex2::bench {
namespace {

auto identity_of(const result& r) {
    using text = std::string_view;
    return std::tuple(text(r.suite), text(r.variant), text(r.engine), r.bits, r.numa, r.shared,
                      r.threads, text(r.metric), text(r.unit), r.higher_is_better);
}

using identity = decltype(identity_of(result()));

verdict verdict_of(const std::optional<interval>& noise) {
    if (!noise) return verdict::unknown;
    if (noise->low > 1) return verdict::slower;
    if (noise->high < 1) return verdict::faster;
    return verdict::unchanged;
}

change change_of(const result& before, const result& after, double threshold) {
    const bool inverse = before.higher_is_better;
    const std::vector<double>& above = inverse ? before.runs : after.runs;
    const std::vector<double>& below = inverse ? after.runs : before.runs;
    change c{before, after, {}, interval_of_ratio(above, below)};
    if (median(above) > 0 && median(below) > 0) c.slowdown = median(above) / median(below);
    c.found = verdict_of(c.noise);
    c.beyond_threshold = c.found == verdict::slower && *c.slowdown > 1 + threshold / 100;
    return c;
}

}  // namespace

const char* name_of(verdict v) {
    switch (v) {
        case verdict::faster:
            return "faster";
        case verdict::slower:
            return "slower";
        case verdict::unchanged:
            return "unchanged";
        case verdict::unknown:
            break;
    }
    return "unknown";
}

bool comparison::slower_beyond_threshold() const {
    return std::any_of(changes.begin(), changes.end(),
                       [](const change& c) { return c.beyond_threshold; });
}

comparison compare(const report& before, const report& after, double threshold) {
    comparison all{before.where, after.where, threshold, {}, {}, {}};
    // Equal keys stay in the order in which they were inserted.
    std::multimap<identity, const result*> left;
    for (const result& r : after.results)
        if (r.unsupported.empty()) left.emplace(identity_of(r), &r);
    for (const result& r : before.results) {
        if (!r.unsupported.empty()) continue;
        const auto first = left.lower_bound(identity_of(r));
        if (first == left.end() || first->first != identity_of(r)) {
            all.only_before.push_back(r);
            continue;
        }
        all.changes.push_back(change_of(r, *first->second, threshold));
        left.erase(first);
    }
    std::vector<const result*> unpaired;
    for (const auto& [what, r] : left) unpaired.push_back(r);
    std::sort(unpaired.begin(), unpaired.end());  // as in the report
    for (const result* r : unpaired) all.only_after.push_back(*r);
    return all;
}

std::string difference(const context& before, const context& after) {
    std::vector<std::string> parts;
    const auto look = [&](const char* what, const auto& a, const auto& b) {
        if (a != b) parts.push_back(fmt::format("{} ({}, {})", what, a, b));
    };
    look("host", before.host, after.host);
    look("kernel", before.kernel, after.kernel);
    look("machine", before.machine, after.machine);
    look("cpu", before.cpu, after.cpu);
    look("cpus", before.cpus, after.cpus);
    look("nodes", before.nodes, after.nodes);
    look("virtual nodes", before.virtual_nodes, after.virtual_nodes);
    return fmt::format("{}", fmt::join(parts, ", "));
}

}  // namespace futex2::bench
