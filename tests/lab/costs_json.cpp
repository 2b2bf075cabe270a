// SPDX-License-Identifier: MIT
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "lab/costs.hpp"

namespace futex2::lab {
namespace {

using json = nlohmann::ordered_json;

json head(const cost& c, const quantity& q) {
    return {{"operation", c.name()}, {"engine", c.engine}, {"mode", q.kernel ? "kernel" : "user"}};
}

// A hundredth of an access is as much as is meant.
double rounded(double value) {
    return std::round(100 * value) / 100;
}

double value_of(const tally& t, const quantity& q) {
    const auto found = t.find(q);
    return found == t.end() ? 0 : rounded(found->second);
}

void add(json& document, const cost& c) {
    const tally t = by_node(c);
    for (const auto& [q, value] : t) {
        json entry = head(c, q);
        switch (q.what) {
            case measure::accesses:
                entry["thread_node"] = q.node;
                entry["memory_node"] = q.other;
                entry["accesses"] = rounded(value);
                entry["lines"] = value_of(t, {measure::lines, q.kernel, q.node, q.other});
                document["counts"].push_back(entry);
                break;
            case measure::transfers:
                entry["from_node"] = q.other;
                entry["to_node"] = q.node;
                entry["lines"] = rounded(value);
                document["transfers"].push_back(entry);
                break;
            case measure::invalidations:
                entry["node"] = q.node;
                entry["lines"] = rounded(value);
                document["invalidations"].push_back(entry);
                break;
            case measure::system_calls:
                entry.erase("mode");
                entry["thread_node"] = q.node;
                entry["calls"] = rounded(value);
                document["system_calls"].push_back(entry);
                break;
            case measure::lines:
                break;  // with the accesses
        }
    }
}

}  // namespace

void write_json(const std::string& file, const origin& o, std::span<const cost> costs) {
    json document = {{"schema", "futex2-traffic"},
                     {"schema_version", 1},
                     {"machine", o.machine},
                     {"kernel", o.kernel},
                     {"date", o.date}};
    for (const char* key : {"counts", "transfers", "invalidations", "system_calls"})
        document[key] = json::array();
    for (const cost& c : costs) add(document, c);
    std::ofstream stream(file);
    stream << document.dump(1) << '\n';
    if (!stream.flush()) throw std::runtime_error("cannot write " + file);
}

}  // namespace futex2::lab
