// SPDX-License-Identifier: MIT
#include "bench/emit.hpp"

#include <fmt/core.h>

#include <cstdio>

#include "bench/formats.hpp"
#include "bench/output_file.hpp"
#include "bench/page.hpp"
#include "bench/perf_format.hpp"
#include "bench/traffic.hpp"
#include "bench/warnings.hpp"

namespace futex2::bench {
namespace {

// At once, so that whoever reads the pipe sees each line when it is due.
void print(const std::string& text) {
    std::fwrite(text.data(), 1, text.size(), stdout);
    std::fflush(stdout);
}

}  // namespace

std::optional<format> format_named(std::string_view name) {
    if (name == "default") return format::standard;
    if (name == "simple") return format::simple;
    if (name == "json") return format::json;
    if (name == "csv") return format::csv;
    return std::nullopt;
}

format format_for_file(std::string_view path, format otherwise) {
    if (path.ends_with(".json")) return format::json;
    if (path.ends_with(".csv")) return format::csv;
    if (path.ends_with(".txt")) return format::standard;
    return otherwise;
}

bool is_running_text(format f, const suite* which) {
    return which != nullptr && (f == format::standard || (f == format::simple && which->is_perfs));
}

std::string rendered(format f, const suite* which, const request& asked, const report& r,
                     const std::string& running_text) {
    const std::string title = which != nullptr ? perf::running(std::string(which->name)) : "";
    switch (f) {
        case format::json:
            return as_json(r);
        case format::csv:
            return as_csv(r);
        case format::simple:
            return is_running_text(f, which) ? running_text : as_simple(r);
        case format::standard:
            break;
    }
    if (which != nullptr) return title + running_text;
    return asked.peers ? as_peers_table(r) : as_table(r);
}

int measure(const suite* which, const request& asked, format printed, const destinations& to) {
    const std::optional<output_file> file = output_file_of(to.file);
    const std::optional<output_file> html = output_file_of(to.page);
    const std::string traffic = to.traffic.empty() ? "" : read_traffic(to.traffic);
    const bool live = is_running_text(printed, which);
    const bool streams = live && !compares(*which, asked);
    const auto style = streams ? progress::style::none : progress::style_for(asked.how.silent);
    // The title goes with the first line: bad arguments, which are found by then, print
    // nothing on stdout.
    bool titled = !live || printed != format::standard;
    std::string said;
    const auto say = [&](const std::string& text) {
        said += text;
        if (!titled) print(perf::running(std::string(which->name)));
        titled = true;
        if (live) print(text);
    };
    const outcome done = which != nullptr ? run_suite(*which, asked, say, style)
                         : asked.peers    ? run_peers(asked, style)
                                          : run_all(asked, style);
    if (!live) print(rendered(printed, which, asked, done.what, said));
    if (file)
        file->write(rendered(format_for_file(to.file, printed), which, asked, done.what, said));
    if (html) html->write(as_html(page(), {done.what, as_json(done.what)}, traffic));
    for (const std::string& warning : warnings_of(done.what))
        std::fputs(fmt::format("futex2: {}\n", warning).c_str(), stderr);
    for (const std::string& failure : done.failures)
        std::fputs(fmt::format("futex2: {}\n", failure).c_str(), stderr);
    return done.failures.empty() ? 0 : 1;
}

}  // namespace futex2::bench
