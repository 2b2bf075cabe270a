// SPDX-License-Identifier: MIT
#include "bench/traffic.hpp"

#include "bench/json_reader.hpp"

namespace futex2::bench {
namespace {

// What read functions return that only check.
struct good {};

// Of an operation, or of a count.
good check_what(const json_reader& from) {
    for (const char* key : {"operation", "engine", "mode"}) from.text(key);
    from.measure("lines");
    return {};
}

good check_count(const json_reader& from) {
    from.whole<int>("thread_node");
    from.whole<int>("memory_node");
    from.measure("accesses");
    return check_what(from);
}

good check_transfer(const json_reader& from) {
    from.whole<int>("from_node");
    from.whole<int>("to_node");
    return check_what(from);
}

}  // namespace

std::string read_traffic(const std::string& path) {
    return read_json_file(path, [](const json& whole) {
        const json_reader from(whole, "a count of traffic");
        from.expect_schema("futex2-traffic", traffic_schema_version);
        for (const char* key : {"machine", "kernel", "date"}) from.text(key);
        from.objects("counts", check_count);
        from.objects("transfers", check_transfer);
        return whole.dump(2);
    });
}

}  // namespace futex2::bench
