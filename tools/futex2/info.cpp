// SPDX-License-Identifier: MIT
#include "info.hpp"

#include <cstdio>
#include <memory>
#include <string>

#include "info_facts.hpp"
#include "info_formats.hpp"

namespace futex2::command {
namespace {

std::string in_format(const facts& found, const std::string& format) {
    if (format == "json") return info_json(found).dump(2) + "\n";
    if (format == "csv") return info_csv(found);
    if (format == "simple") return info_simple(found);
    return info_text(found);
}

}  // namespace

void add_info(CLI::App& app, int& status) {
    CLI::App* info = app.add_subcommand("info", "Show nodes, tables, kernel and limits");
    const auto format = std::make_shared<std::string>("default");
    info->add_option("--format", *format, "How to print: default, simple, json or csv")
        ->check(CLI::IsMember({"default", "simple", "json", "csv"}))
        ->type_name("FORMAT")
        ->capture_default_str();
    info->footer(
        "Examples:\n"
        "  futex2 info\n"
        "  futex2 info --format json | jq .nodes.count\n"
        "  FUTEX2_NODES=4 futex2 info       # with four virtual nodes");
    info->callback([format, &status] {
        const std::string text = in_format(gather(), *format);
        std::fwrite(text.data(), 1, text.size(), stdout);
        status = 0;
    });
}

}  // namespace futex2::command
