// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <cerrno>
#include <cmath>
#include <cstdio>
#include <limits>
#include <memory>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "bench/bootstrap.hpp"
#include "bench/formats.hpp"
#include "bench/statistics.hpp"
#include "bench/warnings.hpp"

namespace futex2::bench {
namespace {

using json = nlohmann::ordered_json;

json json_of(const context& c) {
    return {{"version", c.version}, {"compiler", c.compiler}, {"host", c.host},
            {"kernel", c.kernel},   {"machine", c.machine},   {"cpu", c.cpu},
            {"cpus", c.cpus},       {"nodes", c.nodes},       {"virtual_nodes", c.virtual_nodes},
            {"seed", c.seed},       {"clock_ns", c.clock_ns}, {"command", c.command},
            {"date", c.date}};
}

// What says what was measured.
json identity_of(const result& r) {
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
    json j = identity_of(r);
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
    json j = identity_of(c.before);
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

// Reading: an object of the file, and where it is, for the message.
class reader {
  public:
    reader(const json& object, std::string where) : object_(object), where_(std::move(where)) {
        if (!object_.is_object()) refuse(where_.empty() ? "the whole" : where_, "an object");
    }

    std::string text(const char* key) const {
        if (!at(key).is_string()) refuse(name_of(key), "a string");
        return at(key).get<std::string>();
    }
    bool flag(const char* key) const {
        if (!at(key).is_boolean()) refuse(name_of(key), "true or false");
        return at(key).get<bool>();
    }
    double number(const char* key) const {
        if (!at(key).is_number()) refuse(name_of(key), "a number");
        return at(key).get<double>();
    }
    template <class Integer>
    Integer whole(const char* key) const {
        const bool natural = at(key).is_number_unsigned();
        const uint64_t value = natural ? at(key).get<uint64_t>() : 0;
        if (!natural || value > uint64_t{std::numeric_limits<Integer>::max()})
            refuse(name_of(key), "a whole number");
        return static_cast<Integer>(value);
    }
    bool null(const char* key) const { return at(key).is_null(); }
    reader object(const char* key) const { return {at(key), name_of(key)}; }

    // read(element): each of an array of objects.
    template <class Read>
    auto objects(const char* key, const Read& read) const {
        std::vector<decltype(read(*this))> all;
        for (const json& element : array(key))
            all.push_back(read(reader(element, element_of(key, all.size()))));
        return all;
    }
    std::vector<double> measures(const char* key) const {
        std::vector<double> all;
        for (const json& element : array(key)) {
            if (!element.is_number() || !measurable(element.get<double>()))
                refuse(element_of(key, all.size()), "a measure");
            all.push_back(element.get<double>());
        }
        return all;
    }
    // None where the key is null, or is missing as in a report of before there were any.
    std::vector<histogram::bucket> buckets(const char* key) const {
        std::vector<histogram::bucket> all;
        if (!object_.contains(key) || null(key)) return all;
        for (const json& element : array(key)) {
            const int64_t last = all.empty() ? -1 : all.back().bound;
            if (!bucket_above(last, element)) refuse(element_of(key, all.size()), "a bucket");
            all.push_back({element[0].get<int64_t>(), element[1].get<uint64_t>()});
        }
        return all;
    }
    std::vector<std::string> texts(const char* key) const {
        std::vector<std::string> all;
        for (const json& element : array(key)) {
            if (!element.is_string()) refuse(element_of(key, all.size()), "a string");
            all.push_back(element.get<std::string>());
        }
        return all;
    }

  private:
    // What is out of these bounds could not be divided by another one.
    static bool measurable(double value) {
        return value == 0 || (std::abs(value) > 1e-100 && std::abs(value) < 1e100);
    }
    static bool bucket_above(int64_t last, const json& pair) {
        return pair.is_array() && pair.size() == 2 && pair[0].is_number_integer() &&
               pair[0].get<int64_t>() > last && pair[1].is_number_unsigned() &&
               pair[1].get<uint64_t>() > 0;
    }
    [[noreturn]] static void refuse(const std::string& what, const char* expected) {
        throw std::invalid_argument("not a report of futex2 bench: " + what + " is not " +
                                    expected);
    }
    std::string name_of(const char* key) const { return where_.empty() ? key : where_ + '.' + key; }
    std::string element_of(const char* key, size_t index) const {
        return name_of(key) + '[' + std::to_string(index) + ']';
    }
    const json& at(const char* key) const {
        const auto found = object_.find(key);
        if (found == object_.end()) refuse(name_of(key), "there");
        return *found;
    }
    const json& array(const char* key) const {
        if (!at(key).is_array()) refuse(name_of(key), "an array");
        return at(key);
    }

    const json& object_;
    std::string where_;  // "" for the whole
};

context context_of(const reader& from) {
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

result result_of(const reader& from) {
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

claim claim_of(const reader& from) {
    return {from.text("what"), from.number("value"), from.text("unit"), from.number("bound"),
            from.flag("at_least")};
}

report report_of(const json& whole) {
    const reader from(whole, "");
    if (from.text("schema") != schema)
        throw std::invalid_argument("not a report of futex2 bench: its schema is another one");
    if (const int version = from.whole<int>("schema_version"); version != json_schema_version)
        throw std::invalid_argument(
            fmt::format("version {} of the format, not {}", version, json_schema_version));
    return {context_of(from.object("context")), from.objects("results", result_of),
            from.objects("claims", claim_of)};
}

// From the stream, so that what is no JSON is refused where that begins to show.
json parsed(std::FILE* file) {
    try {
        return json::parse(file);
    } catch (const json::exception&) {
        if (std::ferror(file) != 0) throw std::system_error(errno, std::generic_category());
        throw std::invalid_argument("not JSON");
    }
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

report read_json(const std::string& path) {
    struct closer {
        void operator()(std::FILE* file) const { std::fclose(file); }
    };
    try {
        const std::unique_ptr<std::FILE, closer> file(std::fopen(path.c_str(), "re"));
        if (!file) throw std::system_error(errno, std::generic_category());
        return report_of(parsed(file.get()));
    } catch (const std::system_error& error) {
        throw std::invalid_argument(path + ": " + error.code().message());
    } catch (const std::invalid_argument& error) {
        throw std::invalid_argument(path + ": " + error.what());
    }
}

}  // namespace futex2::bench
