// SPDX-License-Identifier: MIT
#include <fmt/core.h>

#include <string_view>

#include "bench/formats.hpp"
#include "bench/json_reader.hpp"
#include "bench/ratios.hpp"
#include "bench/target.hpp"

namespace futex2::bench {
namespace {

json json_of(const ratio& r) {
    const json noise = r.noise ? json::array({r.noise->low, r.noise->high}) : json();
    return {{"mine", r.mine}, {"peers", r.peers}, {"times", r.times}, {"noise", noise}};
}

// Those of this version, in their order, so that each always has the same colour.
json engines() {
    json all = json::array();
    for (const engine_id engine : all_engines())
        all.push_back({{"name", name_of(engine)}, {"meaning", meaning_of(engine)}});
    return all;
}

// What the page shows and the report does not say.
json derived_from(const report& r) {
    json ratios = json::array();
    for (const ratio& one : ratios_of(r)) ratios.push_back(json_of(one));
    return {{"seed", std::to_string(r.where.seed)},  // JavaScript's numbers have 53 bits
            {"engines", engines()},
            {"ratios", std::move(ratios)}};
}

// In JSON a "<" stands within strings alone. Written so, none of them ends the element
// or begins a comment or another one.
std::string data_element(const char* name, std::string_view json_text) {
    std::string element = fmt::format("<script type=\"application/json\" id=\"{}-json\">\n", name);
    for (const char c : json_text) {
        if (c == '<')
            element += "\\u003c";
        else
            element += c;
    }
    return element + "</script>\n";
}

}  // namespace

std::string as_html(std::string_view page, const stored_report& r, const std::string& traffic) {
    return std::string(page) + data_element("report", r.json) +
           data_element("derived", derived_from(r.what).dump()) +
           data_element("traffic", traffic.empty() ? "null" : traffic);
}

}  // namespace futex2::bench
