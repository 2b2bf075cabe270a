// SPDX-License-Identifier: MIT
// What machines read: JSON, and the same as lines of keys and values.
#include <cstdint>
#include <string>

#include "info_formats.hpp"

namespace futex2::command {
namespace {

using json = nlohmann::ordered_json;

json error_json(int error) {
    return error == 0 ? json(nullptr) : json(error_name(error));
}

template <class Value>
json by_node(const std::map<int, Value>& values) {
    json object = json::object();
    for (const auto& [node, value] : values) object[std::to_string(node)] = value;
    return object;
}

json pages_json(const page_places& pages) {
    return {{"total", pages.total},
            {"on_node", by_node(pages.on_node)},
            {"untouched", pages.untouched},
            {"unknown", pages.unknown},
            {"error", error_json(pages.error)}};
}

std::string address_text(const void* address) {
    constexpr char digits[] = "0123456789abcdef";
    auto rest = reinterpret_cast<uintptr_t>(address);
    std::string text;
    do {
        text.insert(text.begin(), digits[rest % 16]);
        rest /= 16;
    } while (rest != 0);
    return "0x" + text;
}

json node_json(const node_facts& node) {
    return {{"node", node.node},
            {"cpus", node.cpus},
            {"distances", by_node(node.distances)},
            {"table",
             {{"buckets", node.table.buckets},
              {"bytes", node.table.bytes},
              {"address", address_text(node.table.address)},
              {"pages", pages_json(node.table.pages)}}}};
}

json nodes_json(const facts& found) {
    json list = json::array();
    for (const node_facts& node : found.nodes) list.push_back(node_json(node));
    return {{"count", found.nodes.size()},
            {"virtual", found.virtual_nodes},
            {"machine_count", found.machine_nodes},
            {"list", list}};
}

json feature_json(const kernel::feature& feature) {
    return {{"offered", feature.offered}, {"error", error_json(feature.error)}};
}

json kernel_json(const kernel::offer& offer) {
    json hash = feature_json(offer.private_hash);
    hash["slots"] = offer.private_slots;
    return {{"release", offer.release},
            {"futex_waitv", feature_json(offer.futex_waitv)},
            {"futex_wake", feature_json(offer.futex_wake)},
            {"futex_wait", feature_json(offer.futex_wait)},
            {"futex_requeue", feature_json(offer.futex_requeue)},
            {"futex2_numa", feature_json(offer.numa)},
            {"futex2_mpol", feature_json(offer.mpol)},
            {"private_hash", hash},
            {"rseq_feature_bytes", offer.rseq_feature_size}};
}

json limits_json(const limit_facts& limits) {
    return {{"words_per_wait", limits.words_per_wait},
            {"sizes", limits.sizes},
            {"bytes_per_word", limits.bytes_per_word},
            {"bytes_per_thread", limits.bytes_per_thread},
            {"stack_bytes_per_word", limits.stack_bytes_per_word},
            {"spin_rounds", limits.spin_rounds}};
}

using leaves = std::vector<std::pair<std::string, std::string>>;

std::string scalar_text(const json& value) {
    if (value.is_null()) return "";
    return value.is_string() ? value.get<std::string>() : value.dump();
}

bool holds_scalars(const json& list) {
    for (const json& value : list) {
        if (value.is_structured()) return false;
    }
    return true;
}

void add_leaves(leaves& found, const std::string& way, const json& value) {
    if (value.is_array() && holds_scalars(value)) {
        std::string text;
        for (const json& element : value) text += (text.empty() ? "" : " ") + scalar_text(element);
        found.emplace_back(way, text);
    } else if (value.is_structured()) {
        for (const auto& [key, element] : value.items())
            add_leaves(found, way.empty() ? key : way + "." + key, element);
    } else {
        found.emplace_back(way, scalar_text(value));
    }
}

std::string csv_field(const std::string& text) {
    if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
    std::string quoted = "\"";
    for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
    return quoted + "\"";
}

}  // namespace

json info_json(const facts& found) {
    return {{"schema", "futex2-info"},
            {"schema_version", 1},
            {"version", found.version},
            {"cpus", found.cpus},
            {"nodes", nodes_json(found)},
            {"current_node",
             {{"node", found.current_node.node},
              {"source", found.current_node.source},
              {"ns", found.current_node.ns},
              {"getcpu_ns", found.current_node.getcpu_ns}}},
            {"kernel", kernel_json(found.kernel)},
            {"limits", limits_json(found.limits)}};
}

leaves leaves_of(const json& object) {
    leaves found;
    add_leaves(found, "", object);
    return found;
}

std::string info_simple(const facts& found) {
    std::string text;
    for (const auto& [key, value] : leaves_of(info_json(found))) text += key + "=" + value + "\n";
    return text;
}

std::string info_csv(const facts& found) {
    std::string text = "key,value\n";
    for (const auto& [key, value] : leaves_of(info_json(found)))
        text += csv_field(key) + "," + csv_field(value) + "\n";
    return text;
}

}  // namespace futex2::command
