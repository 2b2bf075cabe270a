// SPDX-License-Identifier: MIT
#include "bench/traffic.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>

#include "temporary_file.hpp"

namespace futex2::bench {
namespace {

using nlohmann::json;

json sample_traffic() {
    return {{"schema", "futex2-traffic"},
            {"schema_version", 1},
            {"machine", "four nodes"},
            {"kernel", "6.12"},
            {"date", "2026-01-02T03:04:05Z"},
            {"counts",
             {{{"operation", "wake"},
               {"engine", "user"},
               {"mode", "user"},
               {"thread_node", 0},
               {"memory_node", 3},
               {"accesses", 12.5},
               {"lines", 3}}}},
            {"transfers",
             {{{"operation", "wake"},
               {"engine", "kernel"},
               {"mode", "kernel"},
               {"from_node", 1},
               {"to_node", 0},
               {"lines", 2}}}}};
}

TEST(Traffic, IsReadAsItIs) {
    json with_more = sample_traffic();
    with_more["new"] = "key";
    EXPECT_EQ(json::parse(read_traffic(temporary_file(with_more.dump()).name())), with_more);
}

std::string refusal_of_traffic(const std::string& text) {
    const temporary_file file(text);
    try {
        read_traffic(file.name());
    } catch (const std::invalid_argument& error) {
        return std::string(error.what()).substr(file.name().size());
    }
    return "";
}

TEST(Traffic, ThatIsNoneIsRefusedInOneLineWithTheFileAndTheReason) {
    const auto changed = [](const char* where, const json& value) {
        json other = sample_traffic();
        other[json::json_pointer(where)] = value;
        return refusal_of_traffic(other.dump());
    };
    const std::string no_count = ": not a count of traffic: ";
    EXPECT_EQ(refusal_of_traffic("{"), ": not JSON");
    EXPECT_EQ(refusal_of_traffic("[]"), no_count + "the whole is not an object");
    EXPECT_EQ(changed("/schema", "futex2-bench"), no_count + "its schema is another one");
    EXPECT_EQ(changed("/schema_version", 2), ": version 2 of the format, not 1");
    EXPECT_EQ(changed("/kernel", 6), no_count + "kernel is not a string");
    EXPECT_EQ(changed("/counts/0/thread_node", -1),
              no_count + "counts[0].thread_node is not a whole number");
    EXPECT_EQ(changed("/counts/0/accesses", "many"),
              no_count + "counts[0].accesses is not a measure");
    EXPECT_EQ(changed("/transfers/0/lines", nullptr),
              no_count + "transfers[0].lines is not a measure");
    EXPECT_EQ(changed("/transfers", json::object()), no_count + "transfers is not an array");
}

}  // namespace
}  // namespace futex2::bench
