// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>

#include "bench/formats.hpp"
#include "bench/lines.hpp"
#include "bench/statistics.hpp"

namespace futex2::bench {
namespace {

std::string quoted(const std::string& text) {
    if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
    std::string inside;
    for (const char c : text) inside += c == '"' ? std::string("\"\"") : std::string(1, c);
    return '"' + inside + '"';
}

const char* yes_or_no(bool value) {
    return value ? "true" : "false";
}

std::string target_cells(const result& r) {
    return fmt::format("{},{},{},{},{},{}", quoted(r.suite), quoted(r.variant), quoted(r.engine),
                       r.bits, yes_or_no(r.numa), yes_or_no(r.shared));
}

std::string metric_cells(const result& r) {
    return fmt::format("{},{},{},{}", r.threads, quoted(r.metric), quoted(r.unit),
                       yes_or_no(r.higher_is_better));
}

std::string exact(double value) {
    return fmt::format("{}", value);
}

std::string csv_line(const result& r) {
    if (!r.unsupported.empty())
        return fmt::format("{},,,,,,,,,,,{}\r\n", target_cells(r), quoted(r.unsupported));
    const std::optional<interval> noise = interval_of_median(r.runs);
    return fmt::format("{},{},{},{},{},{},{},{},\r\n", target_cells(r), metric_cells(r),
                       median(r.runs), noise ? exact(noise->low) : "",
                       noise ? exact(noise->high) : "", smallest(r.runs), largest(r.runs),
                       fmt::join(r.runs, " "));
}

// The slowdown and the ends of its interval, each as text(value), or `none`.
template <class Text>
std::array<std::string, 3> slowdown_of(const change& c, const Text& text, const char* none) {
    std::array<std::string, 3> cells = {none, none, none};
    if (c.slowdown) cells[0] = text(*c.slowdown);
    if (c.noise) cells[1] = text(c.noise->low);
    if (c.noise) cells[2] = text(c.noise->high);
    return cells;
}

std::string csv_line(const change& c) {
    return fmt::format("{},{},{},{},{},{},{}\r\n", target_cells(c.before), metric_cells(c.before),
                       median(c.before.runs), median(c.after.runs),
                       fmt::join(slowdown_of(c, exact, ""), ","), name_of(c.found),
                       yes_or_no(c.beyond_threshold));
}

}  // namespace

std::string as_csv(const report& r) {
    std::string text =
        "suite,variant,engine,size,numa,shared,threads,metric,unit,higher_is_better,median,low,"
        "high,min,max,runs,unsupported\r\n";
    for (const result& one : r.results) text += csv_line(one);
    return text;
}

std::string as_simple(const report& r) {
    std::string text;
    for (const result& one : r.results) {
        if (!one.unsupported.empty())
            text += fmt::format("# {}, {}: {}\n", one.suite, one.engine, one.unsupported);
        else
            text += fmt::format("{} {} {}\n", number(median(one.runs)), one.unit, name_of(one));
    }
    return text;
}

std::string name_of(const result& r) {
    return fmt::format("{}{}, {}, {} {}{}{}, {} {}", r.suite,
                       r.variant.empty() ? "" : " (" + r.variant + ")", r.metric, r.engine, r.bits,
                       r.numa ? " NUMA" : "", r.shared ? " shared" : "", r.threads,
                       r.threads == 1 ? "thread" : "threads");
}

std::string as_csv(const comparison& c) {
    std::string text =
        "suite,variant,engine,size,numa,shared,threads,metric,unit,higher_is_better,before,after,"
        "slowdown,low,high,verdict,beyond_threshold\r\n";
    for (const change& one : c.changes) text += csv_line(one);
    return text;
}

std::string as_simple(const comparison& c) {
    std::string text;
    for (const change& one : c.changes)
        text += fmt::format("{} {}\n", fmt::join(slowdown_of(one, number, "-"), " "),
                            name_of(one.before));
    return text;
}

}  // namespace futex2::bench
