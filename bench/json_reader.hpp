// SPDX-License-Identifier: MIT
// JSON that comes from a file: what is not as it should be is refused in one line.
#pragma once

#include <cerrno>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <memory>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "bench/histogram.hpp"

namespace futex2::bench {

/** Keeps the order of keys. */
using json = nlohmann::ordered_json;

/**
 * An object of the file. Each member function returns the value of a key, or throws
 * std::invalid_argument: "not KIND: results[2].size is not a whole number".
 */
class json_reader {
  public:
    /** The whole file; kind: what it should be, "a report of futex2 bench". */
    json_reader(const json& whole, const char* kind) : json_reader(whole, "", kind) {}

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
    /** 0, or of a size that another one can be divided by. */
    double measure(const char* key) const {
        if (!measurable(at(key))) refuse(name_of(key), "a measure");
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
    json_reader object(const char* key) const { return {at(key), name_of(key), kind_}; }

    /** read(element): each of an array of objects. */
    template <class Read>
    auto objects(const char* key, const Read& read) const {
        std::vector<decltype(read(*this))> all;
        for (const json& element : array(key))
            all.push_back(read(json_reader(element, element_of(key, all.size()), kind_)));
        return all;
    }
    /** An array of measures. */
    std::vector<double> measures(const char* key) const {
        std::vector<double> all;
        for (const json& element : array(key)) {
            if (!measurable(element)) refuse(element_of(key, all.size()), "a measure");
            all.push_back(element.get<double>());
        }
        return all;
    }
    /** An array of [bound, count], or null; none where the key is missing, as once it was. */
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

    /** Throws unless the keys schema and schema_version are these. */
    void expect_schema(const char* name, int version) const {
        if (text("schema") != name) throw refusal("its schema is another one");
        if (const int found = whole<int>("schema_version"); found != version)
            throw std::invalid_argument("version " + std::to_string(found) +
                                        " of the format, not " + std::to_string(version));
    }

  private:
    json_reader(const json& object, std::string where, const char* kind)
        : object_(object), where_(std::move(where)), kind_(kind) {
        if (!object_.is_object()) refuse(where_.empty() ? "the whole" : where_, "an object");
    }

    static bool measurable(const json& element) {
        if (!element.is_number()) return false;
        const auto value = element.get<double>();
        return value == 0 || (std::abs(value) > 1e-100 && std::abs(value) < 1e100);
    }
    static bool bucket_above(int64_t last, const json& pair) {
        return pair.is_array() && pair.size() == 2 && pair[0].is_number_integer() &&
               pair[0].get<int64_t>() > last && pair[1].is_number_unsigned() &&
               pair[1].get<uint64_t>() > 0;
    }
    std::invalid_argument refusal(const std::string& reason) const {
        return std::invalid_argument("not " + std::string(kind_) + ": " + reason);
    }
    [[noreturn]] void refuse(const std::string& what, const char* expected) const {
        throw refusal(what + " is not " + expected);
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
    const char* kind_;
};

/** Deeper than any of this project's, and not so deep that it could not be written again. */
inline constexpr int deepest_json = 64;

/**
 * The file's JSON, through read(json) -> T. What cannot be read, is not JSON, is nested
 * deeper than deepest_json, or what read refuses, throws std::invalid_argument: the path
 * and the reason, in one line.
 */
template <class Read>
auto read_json_file(const std::string& path, const Read& read) {
    struct closer {
        void operator()(std::FILE* file) const { std::fclose(file); }
    };
    const auto not_too_deep = [](int depth, json::parse_event_t, const json&) {
        if (depth > deepest_json) throw std::invalid_argument("nested too deeply");
        return true;
    };
    try {
        const std::unique_ptr<std::FILE, closer> file(std::fopen(path.c_str(), "re"));
        if (!file) throw std::system_error(errno, std::generic_category());
        try {
            // From the stream, so that what is no JSON is refused where that begins to show.
            return read(json::parse(file.get(), not_too_deep));
        } catch (const json::exception&) {
            if (std::ferror(file.get()) != 0)
                throw std::system_error(errno, std::generic_category());
            throw std::invalid_argument("not JSON");
        }
    } catch (const std::system_error& error) {
        throw std::invalid_argument(path + ": " + error.code().message());
    } catch (const std::invalid_argument& error) {
        throw std::invalid_argument(path + ": " + error.what());
    }
}

}  // namespace futex2::bench
