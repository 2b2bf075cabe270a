// SPDX-License-Identifier: MIT
// How facts are printed: of a machine that is not this one.
#include "info_formats.hpp"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "pages.hpp"

namespace futex2::command {
namespace {

// Two nodes of an older kernel, one without CPUs, and a table of many pages.
facts an_old_machine() {
    facts found;
    found.version = "1.2.3";
    found.cpus = {0, 1, 2, 3, 8};
    found.machine_nodes = 2;
    node_facts node;
    node.node = 0;
    node.cpus = found.cpus;
    node.distances = {{0, 10}, {2, 21}};
    node.table = {256, 32768, reinterpret_cast<const void*>(uintptr_t{0x7f00abcd0000}), {}};
    node.table.pages.total = 8;
    node.table.pages.on_node = {{0, 2}, {2, 1}};
    node.table.pages.untouched = 5;
    found.nodes.push_back(node);
    node.node = 2;
    node.cpus = {};
    node.distances = {};
    node.table.pages = {};
    node.table.pages.total = 8;
    node.table.pages.unknown = 8;
    node.table.pages.error = -EPERM;
    found.nodes.push_back(node);
    found.current_node = {0, "getcpu", 21.25, 20.5};
    found.kernel.release = "5.4.0, \"old\"";
    found.kernel.futex_waitv.error = -ENOSYS;
    found.kernel.futex_wake.error = -EPERM;
    found.kernel.numa.error = -EINVAL;
    found.limits = {128, {8, 16, 32, 64}, 0, 376, 128, 200};
    return found;
}

void expect_line(const std::string& text, const std::string& line) {
    EXPECT_NE(("\n" + text).find("\n" + line + "\n"), std::string::npos) << line << "\nin\n"
                                                                         << text;
}

TEST(info_formats, text) {
    const std::string text = info_text(an_old_machine());
    expect_line(text, "futex2 1.2.3");
    expect_line(text, "nodes: 2; CPUs: 0-3,8");
    expect_line(text, "  node  CPUs   distances  buckets  bytes  address         its pages");
    expect_line(text,
                "  0     0-3,8  0:10 2:21  256      32768  0x7f00abcd0000  "
                "2 on node 0, 1 on node 2, 5 untouched");
    expect_line(text,
                "  2     -      -          256      32768  0x7f00abcd0000  8 unknown (EPERM)");
    expect_line(text, "current node: 0, from getcpu: 21.2 ns a call (getcpu: 20.5 ns)");
    expect_line(text, "  futex_waitv (449)    no (ENOSYS)");
    expect_line(text, "  futex_wake (454)     no (EPERM)");
    expect_line(text, "  FUTEX2_NUMA          no (EINVAL)");
    expect_line(text, "  private hash         no");
    expect_line(text, "  rseq features        unknown");
}

TEST(info_formats, text_of_what_is_offered) {
    facts found = an_old_machine();
    found.virtual_nodes = true;
    found.kernel.futex_waitv = {true, 0};
    found.kernel.private_hash = {true, 0};
    found.kernel.private_slots = 16;
    found.kernel.rseq_feature_size = 28;
    const std::string text = info_text(found);
    expect_line(text, "nodes: 2, virtual (FUTEX2_NODES), on a machine of 2; CPUs: 0-3,8");
    expect_line(text, "  futex_waitv (449)    yes");
    expect_line(text, "  private hash         yes, 16 buckets");
    expect_line(text, "  rseq features        28 bytes");
}

TEST(info_formats, json) {
    const nlohmann::ordered_json info = info_json(an_old_machine());
    const nlohmann::ordered_json& node = info.at("nodes").at("list").at(0);
    EXPECT_EQ(node.at("distances").at("2"), 21);
    EXPECT_EQ(node.at("table").at("address"), "0x7f00abcd0000");
    EXPECT_EQ(node.at("table").at("pages").at("on_node").at("2"), 1);
    EXPECT_TRUE(node.at("table").at("pages").at("error").is_null());
    const nlohmann::ordered_json& other = info.at("nodes").at("list").at(1);
    EXPECT_EQ(other.at("cpus"), nlohmann::ordered_json::array());
    EXPECT_EQ(other.at("distances"), nlohmann::ordered_json::object());
    EXPECT_EQ(other.at("table").at("pages").at("error"), "EPERM");
    EXPECT_EQ(info.at("kernel").at("futex_waitv").at("offered"), false);
    EXPECT_EQ(info.at("kernel").at("futex_waitv").at("error"), "ENOSYS");
}

TEST(info_formats, simple) {
    const std::string text = info_simple(an_old_machine());
    expect_line(text, "cpus=0 1 2 3 8");
    expect_line(text, "nodes.list.0.distances.2=21");
    expect_line(text, "nodes.list.1.cpus=");
    expect_line(text, "nodes.list.1.table.pages.error=EPERM");
    expect_line(text, "kernel.release=5.4.0, \"old\"");
    expect_line(text, "nodes.virtual=false");
}

TEST(info_formats, csv_quotes_what_needs_it) {
    const std::string text = info_csv(an_old_machine());
    EXPECT_EQ(text.rfind("key,value\nschema,futex2-info\n", 0), 0u);
    expect_line(text, "kernel.release,\"5.4.0, \"\"old\"\"\"");
    expect_line(text, "cpus,0 1 2 3 8");
}

TEST(info_formats, lists) {
    EXPECT_EQ(list_text({}), "");
    EXPECT_EQ(list_text({5}), "5");
    EXPECT_EQ(list_text({0, 1}), "0-1");
    EXPECT_EQ(list_text({0, 2, 3, 4, 9}), "0,2-4,9");
}

TEST(info_formats, error_names) {
    EXPECT_EQ(error_name(0), "");
    EXPECT_EQ(error_name(-ENOSYS), "ENOSYS");
    EXPECT_EQ(error_name(-99999), "99999");
}

TEST(info_pages, touched_and_untouched) {
    const auto page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
    void* const memory =
        mmap(nullptr, 4 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    ASSERT_NE(memory, MAP_FAILED);
    auto* const bytes = static_cast<volatile char*>(memory);
    bytes[0] = 1;
    bytes[2 * page] = 1;
    const page_places places = places_of(memory, 4 * page);
    EXPECT_EQ(places.total, 4u);
    if (places.error == 0) {
        uint64_t touched = 0;
        for (const auto& [node, count] : places.on_node) touched += count;
        EXPECT_EQ(touched, 2u);
        EXPECT_EQ(places.untouched, 2u);
        EXPECT_EQ(places.unknown, 0u);
    } else {
        EXPECT_EQ(places.unknown, 4u);
    }
    munmap(memory, 4 * page);
}

TEST(info_pages, a_part_of_two_pages_is_two) {
    const auto page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
    void* const memory =
        mmap(nullptr, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    ASSERT_NE(memory, MAP_FAILED);
    EXPECT_EQ(places_of(static_cast<char*>(memory) + page - 1, 2).total, 2u);
    EXPECT_EQ(places_of(static_cast<char*>(memory) + page - 1, 1).total, 1u);
    EXPECT_EQ(places_of(memory, 0).total, 0u);
    munmap(memory, 2 * page);
}

}  // namespace
}  // namespace futex2::command
