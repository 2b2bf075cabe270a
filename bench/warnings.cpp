// SPDX-License-Identifier: MIT
#include "bench/warnings.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "bench/formats.hpp"
#include "bench/statistics.hpp"

namespace futex2::bench {
namespace {

constexpr size_t fewest_for_spread = 4;

std::string noise(const report& r) {
    double worst = 0;
    const result* worst_of = nullptr;
    int noisy = 0;
    int known = 0;
    for (const result& one : r.results) {
        if (one.runs.size() < fewest_for_spread) continue;
        ++known;
        const double its = spread(one.runs);
        if (its > noise_limit) ++noisy;
        if (its > worst) {
            worst = its;
            worst_of = &one;
        }
    }
    if (noisy == 0) return "";
    return fmt::format(
        "noisy: the middle half of the runs spreads over more than {} % in {} of {} results, most "
        "({:.0f} %) in {}",
        noise_limit, noisy, known, worst, name_of(*worst_of));
}

std::string crowd(const report& r) {
    int most = 0;
    std::vector<std::string> suites;
    for (const result& one : r.results) {
        if (!one.unsupported.empty() || one.threads <= r.where.cpus) continue;
        most = std::max(most, one.threads);
        if (std::find(suites.begin(), suites.end(), one.suite) == suites.end())
            suites.push_back(one.suite);
    }
    if (suites.empty()) return "";
    return fmt::format("up to {} threads share {} CPU{}: {}", most, r.where.cpus,
                       r.where.cpus == 1 ? "" : "s", fmt::join(suites, ", "));
}

}  // namespace

double spread(const std::vector<double>& runs) {
    const double middle = median(runs);
    if (runs.size() < fewest_for_spread || middle == 0) return 0;
    return 100 * (quantile(runs, 0.75) - quantile(runs, 0.25)) / std::abs(middle);
}

std::vector<std::string> warnings_of(const report& r) {
    std::vector<std::string> all;
    for (const std::string& one : {noise(r), crowd(r)})
        if (!one.empty()) all.push_back(one);
    return all;
}

}  // namespace futex2::bench
