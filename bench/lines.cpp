// SPDX-License-Identifier: MIT
#include "bench/lines.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "bench/bootstrap.hpp"
#include "bench/statistics.hpp"

namespace futex2::bench {

namespace {

// The interval of the median, where there is one; else the smallest and the largest run.
std::string range_of(const std::vector<double>& runs) {
    if (const std::optional<interval> noise = interval_of_median(runs))
        return fmt::format("{:.0f} %: {} to {}", 100 * confidence, number(noise->low),
                           number(noise->high));
    return fmt::format("{} to {}", number(smallest(runs)), number(largest(runs)));
}

}  // namespace

std::string lines(const std::vector<series>& measures, const measured& runs) {
    std::string text;
    for (size_t i = 0; i < measures.size(); ++i) {
        const series& s = measures[i];
        const std::string name = s.variant.empty() ? s.metric : s.variant + ", " + s.metric;
        text += fmt::format("{}: {} {} ({})\n", name, number(median(runs[i])), s.unit,
                            range_of(runs[i]));
    }
    return text;
}

std::string number(double value) {
    if (value == 0) return "0";
    const int before_point = static_cast<int>(std::floor(std::log10(std::abs(value)))) + 1;
    const int decimals = std::clamp(4 - before_point, 0, 6);
    std::string text = fmt::format("{:.{}f}", value, decimals);
    if (decimals > 0) {
        text.erase(text.find_last_not_of('0') + 1);
        if (text.back() == '.') text.pop_back();
    }
    return text;
}

}  // namespace futex2::bench
