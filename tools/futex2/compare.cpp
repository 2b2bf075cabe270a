// SPDX-License-Identifier: MIT
#include "compare.hpp"

#include <cmath>
#include <cstdio>
#include <memory>
#include <stdexcept>
#include <string>

#include "bench/emit.hpp"
#include "bench/formats.hpp"
#include "options_of_bench.hpp"

namespace futex2::command {
namespace {

using namespace futex2::bench;

struct compare_options {
    std::string before;
    std::string after;
    double threshold = 5;
};

// As CLI::Range, but for "nan", which that lets through.
std::string percentage(const std::string& text) {
    double value = NAN;
    if (CLI::detail::lexical_cast(text, value) && value >= 0 && value <= 1000) return "";
    return "'" + text + "' is not a number from 0 to 1000";
}

std::string rendered(const comparison& c, format f) {
    switch (f) {
        case format::json:
            return as_json(c);
        case format::csv:
            return as_csv(c);
        case format::simple:
            return as_simple(c);
        case format::standard:
            break;
    }
    return as_table(c);
}

int run(const compare_options& given, format shown) {
    const report before = read_json(given.before);
    const report after = read_json(given.after);
    if (const std::string what = difference(before.where, after.where); !what.empty())
        std::fprintf(stderr, "futex2: not the same machine: %s\n", what.c_str());
    const comparison c = compare(before, after, given.threshold);
    if (c.changes.empty())
        throw std::invalid_argument(given.before + ", " + given.after +
                                    ": no result is in both of them");
    std::fputs(rendered(c, shown).c_str(), stdout);
    return c.slower_beyond_threshold() ? 1 : 0;
}

}  // namespace

void add_compare(CLI::App& bench, int& status) {
    CLI::App* compare =
        bench.add_subcommand("compare", "What changed between two reports, beyond the noise");
    compare->fallthrough();
    const auto o = std::make_shared<compare_options>();
    compare->add_option("A", o->before, "The report before: a file of -o FILE.json")->required();
    compare->add_option("B", o->after, "The report after")->required();
    compare
        ->add_option("--threshold", o->threshold,
                     "The status is 1 if something got slower by more than so many percent")
        ->type_name("PERCENT")
        ->check(percentage)
        ->capture_default_str();
    compare->footer(
        "The option --format is that of futex2 bench (before the subcommand or behind it).\n"
        "Status: 0, 1 (something got slower by more than the threshold), 2 (bad input).\n"
        "Examples:\n"
        "  futex2 bench all -o a.json\n"
        "  futex2 bench compare a.json b.json\n"
        "  futex2 bench compare a.json b.json --threshold 10 --format csv");
    compare->callback([&bench, o, &status] {
        expect_options_among(bench, {"--format"}, "compare");
        try {
            status = run(*o, *format_named(bench["--format"]->as<std::string>()));
        } catch (const std::invalid_argument& error) {
            throw CLI::ValidationError("compare", error.what());
        }
    });
}

}  // namespace futex2::command
