// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "bench/bootstrap.hpp"
#include "bench/formats.hpp"
#include "bench/lines.hpp"
#include "bench/ratios.hpp"
#include "bench/statistics.hpp"
#include "bench/target.hpp"

namespace futex2::bench {
namespace {

using row = std::vector<std::string>;

// In the order of their columns.
std::vector<std::string> all_columns() {
    std::vector<std::string> names;
    for (const engine_id engine : all_engines()) names.emplace_back(name_of(engine));
    names.emplace_back("reference");
    return names;
}

bool measures_the_same(const result& a, const result& b) {
    return a.suite == b.suite && a.variant == b.variant && a.threads == b.threads &&
           a.metric == b.metric && a.shared == b.shared;
}

bool same_row(const result& a, const result& b) {
    return measures_the_same(a, b) && a.bits == b.bits && a.numa == b.numa;
}

std::string word_of(const result& r) {
    return fmt::format("{}{}{}", r.bits, r.numa ? " NUMA" : "", r.shared ? " shared" : "");
}

// "12.3 x"; a star says that it is compared with the kernel's futex2.
std::string ratio_text(const report& all, const result& r) {
    const result* kernels = kernels_counterpart(all, r);
    if (kernels == nullptr || kernels == &r) return "";
    const double times = times_better(r, *kernels);
    if (times == 0) return "";
    return fmt::format("{} x{}", times >= 100 ? fmt::format("{:.0f}", times) : number(times),
                       kernels->engine == "kernel" ? "" : " *");
}

// The engines that have a column of their own.
std::vector<std::string> columns_of(const report& all) {
    std::vector<std::string> present;
    for (const std::string& engine : all_columns())
        if (std::any_of(all.results.begin(), all.results.end(), [&](const result& r) {
                return r.engine == engine && r.unsupported.empty();
            }))
            present.push_back(engine);
    return present;
}

bool has_ratio(const std::string& engine) {
    return engine == "user" || engine == "kernel2";
}

row heading(const std::vector<std::string>& columns) {
    row cells = {"suite", "what", "threads", "word", "unit"};
    for (const std::string& engine : columns) {
        cells.push_back(engine);
        if (has_ratio(engine)) cells.emplace_back(": kernel");
    }
    return cells;
}

std::string what_of(const result& r) {
    return r.variant.empty() ? r.metric : r.variant + ", " + r.metric;
}

// "12.3 +-4%": half the width of its interval; "12.3" where there is none.
std::string median_of(const result& r) {
    const double middle = median(r.runs);
    const std::optional<interval> noise = interval_of_median(r.runs);
    if (!noise || middle == 0) return number(middle);
    return fmt::format("{} +-{:.0f}%", number(middle),
                       50 * (noise->high - noise->low) / std::abs(middle));
}

row row_of(const report& all, const std::vector<const result*>& same,
           const std::vector<std::string>& columns) {
    const result& first = *same.front();
    row cells = {first.suite, what_of(first), std::to_string(first.threads), word_of(first),
                 first.unit};
    for (const std::string& engine : columns) {
        const auto found = std::find_if(same.begin(), same.end(),
                                        [&](const result* r) { return r->engine == engine; });
        cells.push_back(found == same.end() ? "-" : median_of(**found));
        if (has_ratio(engine)) cells.push_back(found == same.end() ? "" : ratio_text(all, **found));
    }
    return cells;
}

std::vector<row> rows_of(const report& all) {
    const std::vector<std::string> columns = columns_of(all);
    std::vector<std::vector<const result*>> groups;
    for (const result& r : all.results) {
        if (!r.unsupported.empty()) continue;
        const auto group = std::find_if(groups.begin(), groups.end(),
                                        [&](const auto& g) { return same_row(*g.front(), r); });
        if (group != groups.end())
            group->push_back(&r);
        else
            groups.push_back({&r});
    }
    std::vector<row> rows = {heading(columns)};
    for (const auto& group : groups) rows.push_back(row_of(all, group, columns));
    return rows;
}

// Columns as wide as their widest cell; `left` of them begin at the left.
std::string aligned(const std::vector<row>& rows, size_t left) {
    std::vector<size_t> widths;
    for (const row& cells : rows) {
        widths.resize(std::max(widths.size(), cells.size()));
        for (size_t i = 0; i < cells.size(); ++i) widths[i] = std::max(widths[i], cells[i].size());
    }
    std::string text;
    for (const row& cells : rows) {
        std::string line;
        for (size_t i = 0; i < cells.size(); ++i)
            line += i < left ? fmt::format("{:<{}}  ", cells[i], widths[i])
                             : fmt::format("{:>{}}  ", cells[i], widths[i]);
        line.erase(line.find_last_not_of(' ') + 1);
        text += line + '\n';
    }
    return text;
}

// What could not be measured: a line for each engine's reason, with the suites.
std::string reasons(const report& all) {
    std::vector<std::pair<std::string, std::vector<std::string>>> by_reason;
    for (const result& r : all.results) {
        if (r.unsupported.empty()) continue;
        const std::string reason = fmt::format("{}: {}", r.engine, r.unsupported);
        auto found = std::find_if(by_reason.begin(), by_reason.end(),
                                  [&](const auto& known) { return known.first == reason; });
        if (found == by_reason.end()) found = by_reason.insert(found, {reason, {}});
        if (found->second.empty() || found->second.back() != r.suite)
            found->second.push_back(r.suite);
    }
    std::string text;
    for (const auto& [reason, suites] : by_reason)
        text += fmt::format("{} ({})\n", reason, fmt::join(suites, ", "));
    return text;
}

std::string claims_table(const std::vector<claim>& claims) {
    std::vector<row> rows = {{"claim", "", "bound", "measured"}};
    for (const claim& c : claims)
        rows.push_back({c.what, c.holds() ? "holds" : "MISSED",
                        fmt::format("{} {} {}", c.at_least ? ">=" : "<=", number(c.bound), c.unit),
                        fmt::format("{} {}", number(c.value), c.unit)});
    return aligned(rows, 2);
}

std::string heading_of(const context& c) {
    return fmt::format(
        "futex2 {}, Linux {} {}, {} CPUs{}, {} {}node{}, {}, seed {}, "
        "a clock of {} ns\n\n",
        c.version, c.kernel, c.machine, c.cpus, c.cpu.empty() ? "" : " (" + c.cpu + ")", c.nodes,
        c.virtual_nodes ? "virtual " : "", c.nodes == 1 ? "" : "s", c.compiler, c.seed,
        number(c.clock_ns));
}

bool is_behind(const ratio& r) {
    return r.times < 0.95 && r.noise && r.noise->high < 1;
}

// "1.32 (1.2-1.4)"
std::string cell_of(const ratio& r) {
    const std::string noise =
        r.noise ? fmt::format(" ({:.3g}-{:.3g})", r.noise->low, r.noise->high) : "";
    return fmt::format("{:.3g}{}{}", r.times, noise, is_behind(r) ? " !" : "");
}

// Ratios of one result of this library come one after the other.
std::vector<row> rows_of(const report& r, const std::vector<ratio>& ratios,
                         const std::vector<std::string>& peers) {
    row first = {"suite", "what", "threads", "word", "unit", "user"};
    first.insert(first.end(), peers.begin(), peers.end());
    std::vector<row> rows = {first};
    size_t last = r.results.size();
    for (const ratio& one : ratios) {
        const result& mine = r.results[one.mine];
        if (one.mine != last) {
            rows.push_back({mine.suite, what_of(mine), std::to_string(mine.threads), word_of(mine),
                            mine.unit, number(median(mine.runs))});
            rows.back().resize(first.size(), "-");
        }
        last = one.mine;
        const auto peer = std::find(peers.begin(), peers.end(), r.results[one.peers].engine);
        rows.back()[first.size() - static_cast<size_t>(peers.end() - peer)] = cell_of(one);
    }
    return rows;
}

row row_of(const change& c) {
    const result& r = c.before;
    const bool slower = c.found == verdict::slower;
    const interval times = slower ? *c.noise : interval{1 / c.noise->high, 1 / c.noise->low};
    return {
        r.suite,
        what_of(r),
        r.engine,
        std::to_string(r.threads),
        word_of(r),
        r.unit,
        number(median(r.runs)),
        number(median(c.after.runs)),
        fmt::format("{} x {}", number(slower ? *c.slowdown : 1 / *c.slowdown), name_of(c.found)),
        fmt::format("{} to {}", number(times.low), number(times.high)),
        c.beyond_threshold ? "!" : ""};
}

std::string changes_table(const std::vector<change>& changes) {
    std::vector<row> rows = {{"suite", "what", "engine", "threads", "word", "unit", "before",
                              "after", "change", fmt::format("{:.0f} %", 100 * confidence)}};
    for (const change& c : changes)
        if (c.found == verdict::faster || c.found == verdict::slower) rows.push_back(row_of(c));
    return rows.size() == 1 ? "" : aligned(rows, 6) + '\n';
}

std::string list_of(const char* which, const std::vector<result>& results) {
    std::string text;
    for (const result& r : results) text += fmt::format("{}: {}\n", which, name_of(r));
    return results.empty() ? "" : text + '\n';
}

std::string counts(const comparison& c) {
    const auto count = [&c](auto which) {
        return std::count_if(c.changes.begin(), c.changes.end(), which);
    };
    const auto found = [&count](verdict v) {
        return count([v](const change& one) { return one.found == v; });
    };
    return fmt::format(
        "{} slower ({} by more than {} %: !), {} faster, {} unchanged, {} unknown (fewer than {} "
        "runs, or a run of 0), {} only before, {} only after\n",
        found(verdict::slower), count([](const change& one) { return one.beyond_threshold; }),
        number(c.threshold), found(verdict::faster), found(verdict::unchanged),
        found(verdict::unknown), fewest_runs, c.only_before.size(), c.only_after.size());
}

}  // namespace

const result* kernels_counterpart(const report& r, const result& of) {
    const result* best = nullptr;
    int best_rank = 0;
    for (const result& other : r.results) {
        if (!other.unsupported.empty() || other.runs.empty() || !measures_the_same(other, of))
            continue;
        int rank = 0;
        if (other.engine == "kernel") rank = 3;
        if (other.engine == "kernel2") rank = other.numa == of.numa ? 2 : 1;
        if (rank > best_rank) {
            best_rank = rank;
            best = &other;
        }
    }
    return best;
}

double times_better(const result& a, const result& b) {
    const double mine = median(a.runs);
    const double others = median(b.runs);
    if (mine <= 0 || others <= 0) return 0;
    return a.higher_is_better ? mine / others : others / mine;
}

std::string as_table(const report& r) {
    std::string text = heading_of(r.where);
    text += aligned(rows_of(r), 5);
    text +=
        "\nMedians, +- half of their 95 % intervals. \": kernel\": how many times better than "
        "futex(2) on 32-bit words; * than the "
        "kernel's futex2.\n";
    if (const std::string why = reasons(r); !why.empty()) text += '\n' + why;
    if (!r.claims.empty()) text += '\n' + claims_table(r.claims);
    return text;
}

std::string as_peers_table(const report& r) {
    const std::vector<ratio> ratios = ratios_of(r);
    std::vector<std::string> peers;
    for (const std::string& engine : columns_of(r))
        if (std::any_of(ratios.begin(), ratios.end(),
                        [&](const ratio& one) { return r.results[one.peers].engine == engine; }))
            peers.push_back(engine);
    const auto behind = std::count_if(ratios.begin(), ratios.end(), is_behind);
    std::string text = heading_of(r.where) + aligned(rows_of(r, ratios, peers), 5);
    text += fmt::format(
        "\n\"user\": this library's medians. Under a peer: how many times better this library is, "
        "and the interval of that ({:.0f} %).\n{} of {} ratios are behind (!): below 0.95, and all "
        "of the interval below 1.\n",
        100 * confidence, behind, ratios.size());
    if (const std::string why = reasons(r); !why.empty()) text += '\n' + why;
    return text;
}

std::string as_table(const comparison& c) {
    return changes_table(c.changes) + list_of("only before", c.only_before) +
           list_of("only after", c.only_after) + counts(c);
}

}  // namespace futex2::bench
