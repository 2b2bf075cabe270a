// SPDX-License-Identifier: MIT
#include "report.hpp"

#include <cstdio>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

#include "bench/formats.hpp"
#include "bench/output_file.hpp"
#include "bench/page.hpp"
#include "bench/traffic.hpp"
#include "options_of_bench.hpp"

namespace futex2::command {
namespace {

using namespace futex2::bench;

void run(const std::string& report, const std::string& traffic, const std::string& path) {
    if (page().empty()) throw std::invalid_argument("built without it");
    const std::optional<output_file> out = output_file_of(path);
    const std::string html =
        as_html(page(), read_stored(report), traffic.empty() ? "" : read_traffic(traffic));
    if (out)
        out->write(html);
    else
        std::fputs(html.c_str(), stdout);
}

}  // namespace

void add_report(CLI::App& bench, int& status) {
    CLI::App* report = bench.add_subcommand("report", "A page that shows a report: HTML");
    report->fallthrough();
    const auto file = std::make_shared<std::string>();
    report->add_option("A", *file, "The report: a file of -o FILE.json")->required();
    report->footer(
        "Of the options of futex2 bench it takes --output (else the page goes to stdout) and\n"
        "--traffic, before the subcommand or behind it.\n"
        "Examples:\n"
        "  futex2 bench report a.json -o a.html\n"
        "  futex2 bench report a.json --traffic build/lab/traffic.json > a.html");
    report->callback([&bench, file, &status] {
        expect_options_among(bench, {"--output", "--traffic"}, "report");
        const auto text_of = [&bench](const char* option) {
            return bench.count(option) > 0 ? bench[option]->as<std::string>() : "";
        };
        try {
            run(*file, text_of("--traffic"), text_of("--output"));
            status = 0;
        } catch (const std::invalid_argument& error) {
            throw CLI::ValidationError("report", error.what());
        }
    });
}

}  // namespace futex2::command
