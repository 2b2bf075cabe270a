// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <fmt/ranges.h>

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

std::string csv_line(const result& r) {
    const std::string what =
        fmt::format("{},{},{},{},{},{}", quoted(r.suite), quoted(r.variant), quoted(r.engine),
                    r.bits, yes_or_no(r.numa), yes_or_no(r.shared));
    if (!r.unsupported.empty())
        return fmt::format("{},,,,,,,,,{}\r\n", what, quoted(r.unsupported));
    return fmt::format("{},{},{},{},{},{},{},{},{},\r\n", what, r.threads, quoted(r.metric),
                       quoted(r.unit), yes_or_no(r.higher_is_better), median(r.runs),
                       smallest(r.runs), largest(r.runs), fmt::join(r.runs, " "));
}

}  // namespace

std::string as_csv(const report& r) {
    std::string text =
        "suite,variant,engine,size,numa,shared,threads,metric,unit,higher_is_better,median,min,max,"
        "runs,unsupported\r\n";
    for (const result& one : r.results) text += csv_line(one);
    return text;
}

std::string as_simple(const report& r) {
    std::string text;
    for (const result& one : r.results) {
        if (!one.unsupported.empty()) {
            text += fmt::format("# {}, {}: {}\n", one.suite, one.engine, one.unsupported);
            continue;
        }
        text += fmt::format("{} {} {}{}, {}, {} {}{}, {} {}\n", number(median(one.runs)), one.unit,
                            one.suite, one.variant.empty() ? "" : " (" + one.variant + ")",
                            one.metric, one.engine, one.bits, one.numa ? " NUMA" : "", one.threads,
                            one.threads == 1 ? "thread" : "threads");
    }
    return text;
}

}  // namespace futex2::bench
