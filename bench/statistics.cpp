// SPDX-License-Identifier: MIT
#include "bench/statistics.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

namespace futex2::bench {

double median(std::vector<double> values) {
    return quantile(std::move(values), 0.5);
}

double quantile(std::vector<double> values, double part) {
    if (values.empty()) return 0;
    std::sort(values.begin(), values.end());
    const double rank = part * static_cast<double>(values.size() - 1);
    const auto below = static_cast<size_t>(rank);
    const size_t above = std::min(below + 1, values.size() - 1);
    const double weight = rank - static_cast<double>(below);
    return values[below] * (1 - weight) + values[above] * weight;
}

double smallest(const std::vector<double>& values) {
    return values.empty() ? 0 : *std::min_element(values.begin(), values.end());
}

double largest(const std::vector<double>& values) {
    return values.empty() ? 0 : *std::max_element(values.begin(), values.end());
}

double mean(const std::vector<double>& values) {
    if (values.empty()) return 0;
    return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double relative_error(const std::vector<double>& values) {
    const double average = mean(values);
    if (values.size() < 2 || average == 0) return 0;
    const auto n = static_cast<double>(values.size());
    double squares = 0;
    for (const double v : values) squares += (v - average) * (v - average);
    const double error_of_mean = std::sqrt(squares / (n - 1) / n);
    return 100 * error_of_mean / average;
}

}  // namespace futex2::bench
