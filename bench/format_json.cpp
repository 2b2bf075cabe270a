// SPDX-License-Identifier: MIT
#include <nlohmann/json.hpp>

#include "bench/formats.hpp"
#include "bench/statistics.hpp"

namespace futex2::bench {
namespace {

using json = nlohmann::ordered_json;

json json_of(const context& c) {
    return {{"version", c.version}, {"compiler", c.compiler}, {"host", c.host},
            {"kernel", c.kernel},   {"machine", c.machine},   {"cpu", c.cpu},
            {"cpus", c.cpus},       {"nodes", c.nodes},       {"virtual_nodes", c.virtual_nodes},
            {"seed", c.seed},       {"command", c.command},   {"date", c.date}};
}

json json_of(const result& r) {
    json j = {{"suite", r.suite},     {"variant", r.variant},
              {"engine", r.engine},   {"size", r.bits},
              {"numa", r.numa},       {"shared", r.shared},
              {"threads", r.threads}, {"metric", r.metric},
              {"unit", r.unit},       {"higher_is_better", r.higher_is_better}};
    if (!r.unsupported.empty()) {
        for (const char* key :
             {"threads", "metric", "unit", "higher_is_better", "median", "min", "max"})
            j[key] = nullptr;
        j["runs"] = json::array();
        j["unsupported"] = r.unsupported;
        return j;
    }
    j["median"] = median(r.runs);
    j["min"] = smallest(r.runs);
    j["max"] = largest(r.runs);
    j["runs"] = r.runs;
    j["unsupported"] = nullptr;
    return j;
}

json json_of(const claim& c) {
    return {{"what", c.what},   {"value", c.value},       {"unit", c.unit},
            {"bound", c.bound}, {"at_least", c.at_least}, {"holds", c.holds()}};
}

}  // namespace

std::string as_json(const report& r) {
    json results = json::array();
    for (const result& one : r.results) results.push_back(json_of(one));
    json claims = json::array();
    for (const claim& one : r.claims) claims.push_back(json_of(one));
    const json whole = {{"schema", "futex2-bench"},
                        {"schema_version", json_schema_version},
                        {"context", json_of(r.where)},
                        {"results", results},
                        {"claims", claims}};
    // A host's name need not be UTF-8.
    return whole.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

}  // namespace futex2::bench
