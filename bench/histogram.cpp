// SPDX-License-Identifier: MIT
#include "bench/histogram.hpp"

#include <fmt/core.h>

#include <numeric>

#include "bench/lines.hpp"

namespace futex2::bench {

histogram& histogram::operator+=(const histogram& other) {
    for (size_t i = 0; i < size; ++i) counts_[i] += other.counts_[i];
    count_ += other.count_;
    largest_ = std::max(largest_, other.largest_);
    return *this;
}

int64_t histogram::quantile(unsigned per_mille) const {
    // In whole numbers: 99.9 % of 1000 are 999, not the 1000 of a rounding upwards.
    const uint64_t rank = std::max<uint64_t>((count_ * per_mille + 999) / 1000, 1);
    uint64_t seen = 0;
    for (size_t i = 0; i < size; ++i) {
        seen += counts_[i];
        if (seen >= rank) return std::min(bound_of(i), largest_);
    }
    return 0;
}

std::vector<histogram::bucket> histogram::buckets() const {
    std::vector<bucket> all;
    for (size_t i = 0; i < size; ++i)
        if (counts_[i] != 0) all.push_back({bound_of(i), counts_[i]});
    return all;
}

std::string histogram::text() const {
    if (count_ == 0) return "";
    constexpr size_t per_line = per_power / 2;
    constexpr uint64_t longest_bar = 40;
    const auto line_of = [](int64_t ns) { return index_of(ns) / per_line; };
    const auto begin_of = [](size_t line) {  // in us
        return line == 0 ? 0 : (static_cast<double>(bound_of(line * per_line - 1)) + 1) / 1e3;
    };
    const size_t first = line_of(buckets().front().bound);
    const size_t last = line_of(largest_);
    std::vector<uint64_t> counts;
    for (size_t line = first; line <= last; ++line)
        counts.push_back(count_between(line * per_line, (line + 1) * per_line));
    const uint64_t most = *std::max_element(counts.begin(), counts.end());
    std::string text = fmt::format("{:>10}{:>10}{:>10}\n", "from, us", "below", "times");
    for (size_t line = first; line <= last; ++line) {
        const uint64_t count = counts[line - first];
        const uint64_t bar = (count * longest_bar + most - 1) / most;
        text += fmt::format("{:>10}{:>10}{:>10}{}{}\n", number(begin_of(line)),
                            number(begin_of(line + 1)), count, bar == 0 ? "" : "  ",
                            std::string(bar, '#'));
    }
    return text;
}

int64_t histogram::bound_of(size_t index) noexcept {
    if (index < 2 * per_power) return static_cast<int64_t>(index);
    const size_t shift = index / per_power - 1;
    const uint64_t leading = index - shift * per_power;
    return static_cast<int64_t>(((leading + 1) << shift) - 1);
}

uint64_t histogram::count_between(size_t first, size_t end) const {
    const auto at = [this](size_t i) { return counts_.begin() + static_cast<ptrdiff_t>(i); };
    return std::accumulate(at(first), at(end), uint64_t{0});
}

}  // namespace futex2::bench
