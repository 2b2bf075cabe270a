// SPDX-License-Identifier: MIT
#include "bench/bootstrap.hpp"

#include <algorithm>
#include <random>
#include <utility>

namespace futex2::bench {
namespace {

// Below n; a standard library's own distribution need not be another one's.
size_t draw(std::mt19937_64& random, size_t n) {
    return static_cast<size_t>((random() >> 32) * n >> 32);
}

// The value of that rank, from 0 on, where each of the sorted runs is there so many times.
double at_rank(size_t rank, const std::vector<double>& runs, const std::vector<size_t>& times) {
    size_t i = 0;
    for (size_t passed = times[0]; passed <= rank; passed += times[i]) ++i;
    return runs[i];
}

// Sorted once, so that no resample has to be, and the order of the runs does not matter.
std::vector<double> medians_of_resamples(std::vector<double> runs, std::mt19937_64& random) {
    std::sort(runs.begin(), runs.end());
    const size_t n = runs.size();
    std::vector<size_t> times(n);
    std::vector<double> medians(resamples);
    for (double& median : medians) {
        std::fill(times.begin(), times.end(), 0);
        for (size_t i = 0; i < n; ++i) ++times[draw(random, n)];
        median = (at_rank((n - 1) / 2, runs, times) + at_rank(n / 2, runs, times)) / 2;
    }
    return medians;
}

interval percentiles(std::vector<double> values) {
    const auto outside = static_cast<std::ptrdiff_t>((1 - confidence) / 2 * resamples);
    const auto low = values.begin() + outside;
    const auto high = values.end() - 1 - outside;
    std::nth_element(values.begin(), low, values.end());
    std::nth_element(low + 1, high, values.end());
    return {*low, *high};
}

bool positive(const std::vector<double>& runs) {
    return std::all_of(runs.begin(), runs.end(), [](double run) { return run > 0; });
}

}  // namespace

std::optional<interval> interval_of_median(std::vector<double> runs, uint64_t seed) {
    if (runs.size() < fewest_runs) return std::nullopt;
    std::mt19937_64 random(seed);
    return percentiles(medians_of_resamples(std::move(runs), random));
}

std::optional<interval> interval_of_ratio(std::vector<double> numerator,
                                          std::vector<double> denominator, uint64_t seed) {
    if (std::min(numerator.size(), denominator.size()) < fewest_runs) return std::nullopt;
    if (!positive(numerator) || !positive(denominator)) return std::nullopt;
    std::mt19937_64 random(seed);
    std::vector<double> ratios = medians_of_resamples(std::move(numerator), random);
    const std::vector<double> below = medians_of_resamples(std::move(denominator), random);
    for (size_t i = 0; i < resamples; ++i) ratios[i] /= below[i];
    return percentiles(std::move(ratios));
}

}  // namespace futex2::bench
