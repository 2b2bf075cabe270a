// SPDX-License-Identifier: MIT
#include "bench/bootstrap.hpp"
#include "bench/formats.hpp"
#include "bench/json_reader.hpp"
#include "bench/statistics.hpp"
#include "bench/warnings.hpp"

namespace futex2::bench {
namespace {

json json_of(const context& c) {
    return {{"version", c.version}, {"compiler", c.compiler}, {"host", c.host},
            {"kernel", c.kernel},   {"machine", c.machine},   {"cpu", c.cpu},
            {"cpus", c.cpus},       {"nodes", c.nodes},       {"virtual_nodes", c.virtual_nodes},
            {"seed", c.seed},       {"clock_ns", c.clock_ns}, {"command", c.command},
            {"date", c.date}};
}

// What says what was measured.
json identity_json(const result& r) {
    return {{"suite", r.suite},     {"variant", r.variant},
            {"engine", r.engine},   {"size", r.bits},
            {"numa", r.numa},       {"shared", r.shared},
            {"threads", r.threads}, {"metric", r.metric},
            {"unit", r.unit},       {"higher_is_better", r.higher_is_better}};
}

json json_of(const std::vector<histogram::bucket>& buckets) {
    if (buckets.empty()) return nullptr;
    json pairs = json::array();
    for (const histogram::bucket& b : buckets) pairs.push_back(json::array({b.bound, b.count}));
    return pairs;
}

json json_of(const result& r) {
    json j = identity_json(r);
    if (!r.unsupported.empty()) {
        for (const char* key : {"threads", "metric", "unit", "higher_is_better", "median", "low",
                                "high", "min", "max"})
            j[key] = nullptr;
        j["runs"] = json::array();
        j["unsupported"] = r.unsupported;
        j["histogram"] = nullptr;
        return j;
    }
    const std::optional<interval> noise = interval_of_median(r.runs);
    j["median"] = median(r.runs);
    j["low"] = noise ? json(noise->low) : json();
    j["high"] = noise ? json(noise->high) : json();
    j["min"] = smallest(r.runs);
    j["max"] = largest(r.runs);
    j["runs"] = r.runs;
    j["unsupported"] = nullptr;
    j["histogram"] = json_of(r.distribution);
    return j;
}

json json_of(const claim& c) {
    return {{"what", c.what},   {"value", c.value},       {"unit", c.unit},
            {"bound", c.bound}, {"at_least", c.at_least}, {"holds", c.holds()}};
}

json json_of(const change& c) {
    json j = identity_json(c.before);
    j["before"] = median(c.before.runs);
    j["after"] = median(c.after.runs);
    j["slowdown"] = c.slowdown ? json(*c.slowdown) : json();
    j["low"] = c.noise ? json(c.noise->low) : json();
    j["high"] = c.noise ? json(c.noise->high) : json();
    j["verdict"] = name_of(c.found);
    j["beyond_threshold"] = c.beyond_threshold;
    return j;
}

template <class T>
json array_of(const std::vector<T>& all) {
    json array = json::array();
    for (const T& one : all) array.push_back(json_of(one));
    return array;
}

// A host's name need not be UTF-8.
std::string dumped(const json& whole) {
    return whole.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

constexpr const char* schema = "futex2-bench";

context context_of(const json_reader& from) {
    context c;
    c.version = from.text("version");
    c.compiler = from.text("compiler");
    c.host = from.text("host");
    c.kernel = from.text("kernel");
    c.machine = from.text("machine");
    c.cpu = from.text("cpu");
    c.cpus = from.whole<int>("cpus");
    c.nodes = from.whole<int>("nodes");
    c.virtual_nodes = from.flag("virtual_nodes");
    c.seed = from.whole<uint64_t>("seed");
    c.clock_ns = from.number("clock_ns");
    c.command = from.texts("command");
    c.date = from.text("date");
    return c;
}

result result_of(const json_reader& from) {
    result r;
    r.suite = from.text("suite");
    r.variant = from.text("variant");
    r.engine = from.text("engine");
    r.bits = from.whole<unsigned>("size");
    r.numa = from.flag("numa");
    r.shared = from.flag("shared");
    if (!from.null("unsupported")) {
        r.unsupported = from.text("unsupported");
        return r;
    }
    r.threads = from.whole<int>("threads");
    r.metric = from.text("metric");
    r.unit = from.text("unit");
    r.higher_is_better = from.flag("higher_is_better");
    r.runs = from.measures("runs");
    r.distribution = from.buckets("histogram");
    return r;
}

claim claim_of(const json_reader& from) {
    return {from.text("what"), from.number("value"), from.text("unit"), from.number("bound"),
            from.flag("at_least")};
}

stored_report report_of(const json& whole) {
    const json_reader from(whole, "a report of futex2 bench");
    from.expect_schema(schema, json_schema_version);
    return {{context_of(from.object("context")), from.objects("results", result_of),
             from.objects("claims", claim_of)},
            dumped(whole)};
}

}  // namespace

std::string as_json(const report& r) {
    json where = json_of(r.where);
    where["warnings"] = warnings_of(r);
    return dumped({{"schema", schema},
                   {"schema_version", json_schema_version},
                   {"context", where},
                   {"results", array_of(r.results)},
                   {"claims", array_of(r.claims)}});
}

std::string as_json(const comparison& c) {
    return dumped({{"schema", "futex2-bench-comparison"},
                   {"schema_version", comparison_schema_version},
                   {"threshold", c.threshold},
                   {"before", json_of(c.before)},
                   {"after", json_of(c.after)},
                   {"changes", array_of(c.changes)},
                   {"only_before", array_of(c.only_before)},
                   {"only_after", array_of(c.only_after)}});
}

stored_report read_stored(const std::string& path) {
    return read_json_file(path, report_of);
}

report read_json(const std::string& path) {
    return read_stored(path).what;
}

}  // namespace futex2::bench
