// SPDX-License-Identifier: MIT
// The command from outside: its arguments, its exit status, and `info`.
#include <futex2/futex2.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <string>

#include "command_run.hpp"

namespace futex2::command {
namespace {

using nlohmann::json;

json info_of(const std::string& environment = "") {
    const command_result result = run_command("info --format json", environment);
    EXPECT_EQ(result.status, 0) << result.err;
    EXPECT_EQ(result.err, "");
    json parsed = json::parse(result.out, nullptr, false);
    EXPECT_TRUE(parsed.is_object()) << result.out;
    return parsed;
}

// docs/info-schema.md, key by key.
TEST(command_info, json_has_the_documented_keys) {
    const json info = info_of();
    for (const char* key :
         {"/schema_version", "/nodes/count", "/nodes/machine_count", "/nodes/list/0/node",
          "/nodes/list/0/table/buckets", "/nodes/list/0/table/bytes",
          "/nodes/list/0/table/pages/total", "/nodes/list/0/table/pages/untouched",
          "/nodes/list/0/table/pages/unknown", "/current_node/node", "/current_node/ns",
          "/current_node/getcpu_ns", "/kernel/private_hash/slots", "/kernel/rseq_feature_bytes",
          "/limits/words_per_wait", "/limits/bytes_per_word", "/limits/bytes_per_thread",
          "/limits/stack_bytes_per_word", "/limits/spin_rounds"}) {
        ASSERT_TRUE(info.contains(json::json_pointer(key))) << key;
        EXPECT_TRUE(info.at(json::json_pointer(key)).is_number()) << key;
    }
    for (const char* key : {"/schema", "/version", "/nodes/list/0/table/address",
                            "/current_node/source", "/kernel/release"}) {
        ASSERT_TRUE(info.contains(json::json_pointer(key))) << key;
        EXPECT_TRUE(info.at(json::json_pointer(key)).is_string()) << key;
    }
    for (const char* key : {"/cpus", "/nodes/list", "/nodes/list/0/cpus", "/limits/sizes"}) {
        ASSERT_TRUE(info.contains(json::json_pointer(key))) << key;
        EXPECT_TRUE(info.at(json::json_pointer(key)).is_array()) << key;
    }
    for (const char* key : {"/nodes/list/0/distances", "/nodes/list/0/table/pages/on_node"}) {
        ASSERT_TRUE(info.contains(json::json_pointer(key))) << key;
        EXPECT_TRUE(info.at(json::json_pointer(key)).is_object()) << key;
    }
    for (const char* name : {"futex_waitv", "futex_wake", "futex_wait", "futex_requeue",
                             "futex2_numa", "futex2_mpol", "private_hash"}) {
        const json& feature = info.at("kernel").at(name);
        EXPECT_TRUE(feature.at("offered").is_boolean()) << name;
        EXPECT_TRUE(feature.at("error").is_null() || feature.at("error").is_string()) << name;
    }
    EXPECT_TRUE(info.at("nodes").at("virtual").is_boolean());
}

// The names of all keys, but for those that are node numbers.
void collect_keys(const json& value, std::set<std::string>& keys) {
    if (value.is_object()) {
        for (const auto& [key, element] : value.items()) {
            if (key.find_first_not_of("0123456789") != std::string::npos) keys.insert(key);
            collect_keys(element, keys);
        }
    } else if (value.is_array()) {
        for (const json& element : value) collect_keys(element, keys);
    }
}

TEST(command_info, the_document_has_all_keys) {
    std::ifstream file(FUTEX2_INFO_SCHEMA);
    const std::string document{std::istreambuf_iterator<char>(file), {}};
    ASSERT_FALSE(document.empty());
    std::set<std::string> keys;
    collect_keys(info_of(), keys);
    EXPECT_GE(keys.size(), 40u);
    for (const std::string& key : keys) {
        // `key`, `way.key` or `.key`
        EXPECT_TRUE(document.find("." + key + "`") != std::string::npos ||
                    document.find("`" + key + "`") != std::string::npos ||
                    document.find("." + key + "[]`") != std::string::npos ||
                    document.find("`" + key + ".") != std::string::npos ||
                    document.find("." + key + ".") != std::string::npos)
            << key;
    }
}

void expect_true_of(const json& info) {
    const json& nodes = info.at("nodes").at("list");
    EXPECT_EQ(info.at("nodes").at("count"), nodes.size());
    std::multiset<int> cpus;
    std::set<std::string> addresses;
    std::set<int> numbers;
    for (const json& node : nodes) {
        numbers.insert(node.at("node").get<int>());
        for (const json& cpu : node.at("cpus")) cpus.insert(cpu.get<int>());
        const json& table = node.at("table");
        const auto buckets = table.at("buckets").get<unsigned>();
        EXPECT_GE(buckets, 4u);
        EXPECT_GE(buckets, info.at("cpus").size());
        EXPECT_EQ(buckets & (buckets - 1), 0u) << "not a power of two";
        EXPECT_GE(table.at("bytes").get<uint64_t>(), 128u * buckets);
        EXPECT_EQ(table.at("address").get<std::string>().rfind("0x", 0), 0u);
        addresses.insert(table.at("address").get<std::string>());
        const json& pages = table.at("pages");
        uint64_t known = 0;
        for (const auto& [where, count] : pages.at("on_node").items()) {
            EXPECT_LT(std::stoi(where), 1024);
            known += count.get<uint64_t>();
        }
        EXPECT_EQ(
            known + pages.at("untouched").get<uint64_t>() + pages.at("unknown").get<uint64_t>(),
            pages.at("total").get<uint64_t>());
        // It waited on the node, so at least one page has memory now; unless
        // the kernel does not tell.
        EXPECT_TRUE(known > 0 || !pages.at("error").is_null()) << pages;
    }
    EXPECT_EQ(addresses.size(), nodes.size()) << "two nodes share a table";
    EXPECT_EQ(numbers.count(info.at("current_node").at("node").get<int>()), 1u);
    // Each possible CPU is on one node.
    const auto possible = info.at("cpus").get<std::multiset<int>>();
    EXPECT_EQ(cpus, possible);
    EXPECT_GT(info.at("current_node").at("ns").get<double>(), 0);
    EXPECT_GT(info.at("current_node").at("getcpu_ns").get<double>(), 0);
}

TEST(command_info, json_tells_the_truth_about_this_machine) {
    const json info = info_of();
    EXPECT_EQ(info.at("schema"), "futex2-info");
    EXPECT_EQ(info.at("version"), futex2_version());
    EXPECT_EQ(info.at("nodes").at("count"), futex2_node_count());
    EXPECT_EQ(info.at("nodes").at("virtual"), false);
    EXPECT_EQ(info.at("nodes").at("machine_count"), info.at("nodes").at("count"));
    EXPECT_EQ(info.at("limits").at("words_per_wait"), FUTEX_WAITV_MAX);
    EXPECT_EQ(info.at("limits").at("sizes"), json({8, 16, 32, 64}));
    EXPECT_EQ(info.at("limits").at("bytes_per_word"), 0);
    EXPECT_LE(info.at("limits").at("bytes_per_thread"), 512);
    EXPECT_LE(info.at("limits").at("stack_bytes_per_word"), 128);
    expect_true_of(info);
}

TEST(command_info, virtual_nodes) {
    for (const int count : {1, 2, 4, 5}) {
        const json info = info_of("FUTEX2_NODES=" + std::to_string(count));
        EXPECT_EQ(info.at("nodes").at("count"), count);
        EXPECT_EQ(info.at("nodes").at("virtual"), true);
        for (int node = 0; node < count; ++node) {
            const json& shown = info.at("nodes").at("list").at(static_cast<size_t>(node));
            EXPECT_EQ(shown.at("node"), node);
            EXPECT_TRUE(shown.at("distances").empty());
        }
        expect_true_of(info);
    }
}

TEST(command_info, spin_bound_is_the_one_in_force) {
    EXPECT_EQ(info_of("FUTEX2_SPIN=123").at("limits").at("spin_rounds"), 123);
    EXPECT_EQ(info_of("FUTEX2_SPIN=0").at("limits").at("spin_rounds"), 0);
}

// The keys of "key=value" or "key,value" lines.
std::set<std::string> keys_of(const std::string& text, char separator) {
    std::set<std::string> keys;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        EXPECT_NE(line.find(separator), std::string::npos) << line;
        keys.insert(line.substr(0, line.find(separator)));
    }
    return keys;
}

TEST(command_info, simple_and_csv_have_the_same_keys) {
    const command_result simple = run_command("info --format simple", "FUTEX2_NODES=2");
    const command_result csv = run_command("info --format csv", "FUTEX2_NODES=2");
    EXPECT_EQ(simple.status, 0);
    EXPECT_EQ(csv.status, 0);
    EXPECT_EQ(csv.out.rfind("key,value\n", 0), 0u);
    std::set<std::string> keys = keys_of(simple.out, '=');
    EXPECT_EQ(keys.count("nodes.list.1.table.buckets"), 1u);
    keys.insert("key");
    EXPECT_EQ(keys_of(csv.out, ','), keys);
}

TEST(command_info, the_default_is_for_people) {
    const command_result result = run_command("info", "FUTEX2_NODES=3");
    EXPECT_EQ(result.status, 0);
    EXPECT_EQ(result.err, "");
    EXPECT_EQ(result.out.rfind(std::string("futex2 ") + futex2_version() + "\n", 0), 0u);
    for (const char* part : {"nodes: 3, virtual", "buckets", "current node:", "futex_waitv (449)",
                             "private hash", "words in one wait"}) {
        EXPECT_NE(result.out.find(part), std::string::npos) << part;
    }
    EXPECT_EQ(run_command("info --format default", "FUTEX2_NODES=3").status, 0);
}

TEST(command, bad_arguments_are_one_line_and_status_2) {
    for (const char* arguments : {"nonsense", "--nonsense", "info --nonsense", "info extra",
                                  "info --format", "info --format xml", "info --format=",
                                  "info --format json extra", "'two\nlines'", "info info", "-x"}) {
        const command_result result = run_command(arguments);
        EXPECT_EQ(result.status, 2) << arguments;
        EXPECT_EQ(result.out, "") << arguments;
        EXPECT_EQ(lines_of(result.err), 1) << arguments << ": " << result.err;
        EXPECT_EQ(result.err.rfind("futex2: ", 0), 0u) << arguments << ": " << result.err;
    }
}

TEST(command, without_arguments_it_prints_help_with_status_2) {
    const command_result result = run_command("");
    EXPECT_EQ(result.status, 2);
    EXPECT_EQ(result.err, "");
    EXPECT_EQ(result.out, run_command("--help").out);
}

TEST(command, help_has_examples) {
    for (const char* arguments : {"--help", "-h", "info --help"}) {
        const command_result result = run_command(arguments);
        EXPECT_EQ(result.status, 0) << arguments;
        EXPECT_EQ(result.err, "") << arguments;
        EXPECT_NE(result.out.find("Examples:\n"), std::string::npos) << arguments;
        EXPECT_NE(result.out.find("Usage: futex2"), std::string::npos) << arguments;
    }
    EXPECT_NE(run_command("--help").out.find("  info "), std::string::npos);
    EXPECT_NE(run_command("info --help").out.find("--format"), std::string::npos);
}

TEST(command, version) {
    const command_result result = run_command("--version");
    EXPECT_EQ(result.status, 0);
    EXPECT_EQ(result.out, std::string("futex2 ") + futex2_version() + "\n");
    EXPECT_EQ(result.err, "");
}

TEST(command, a_result_that_cannot_be_written_is_a_failure) {
    for (const char* arguments : {"info > /dev/full", "--version > /dev/full",
                                  "info --format json > /dev/full", "info >&-"}) {
        const command_result result = run_command(arguments);
        EXPECT_EQ(result.status, 1) << arguments;
        EXPECT_EQ(lines_of(result.err), 1) << arguments << ": " << result.err;
    }
}

}  // namespace
}  // namespace futex2::command
