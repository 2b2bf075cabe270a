// SPDX-License-Identifier: MIT
// What people read.
#include <fmt/format.h>
#include <string.h>

#include <algorithm>
#include <string>

#include "info_formats.hpp"

namespace futex2::command {
namespace {

using row = std::vector<std::string>;

// Columns as wide as their widest cell, two spaces between them.
std::string table_text(const std::vector<row>& rows) {
    std::vector<size_t> widths;
    for (const row& cells : rows) {
        widths.resize(std::max(widths.size(), cells.size()));
        for (size_t i = 0; i < cells.size(); ++i) widths[i] = std::max(widths[i], cells[i].size());
    }
    std::string text;
    for (const row& cells : rows) {
        std::string line = " ";
        for (size_t i = 0; i < cells.size(); ++i)
            line += fmt::format(" {:<{}} ", cells[i], widths[i]);
        text += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
    }
    return text;
}

std::string distances_text(const node_facts& node) {
    std::string text;
    for (const auto& [to, distance] : node.distances)
        text += fmt::format("{}{}:{}", text.empty() ? "" : " ", to, distance);
    return text.empty() ? "-" : text;
}

std::string pages_text(const page_places& pages) {
    std::string text;
    const auto add = [&text](const std::string& part) {
        text += (text.empty() ? "" : ", ") + part;
    };
    for (const auto& [node, count] : pages.on_node) add(fmt::format("{} on node {}", count, node));
    if (pages.untouched > 0) add(fmt::format("{} untouched", pages.untouched));
    if (pages.unknown > 0)
        add(fmt::format("{} unknown ({})", pages.unknown, error_name(pages.error)));
    return text;
}

std::string cpus_text(const std::vector<int>& cpus) {
    return cpus.empty() ? "-" : list_text(cpus);
}

std::string nodes_text(const facts& found) {
    std::string text = fmt::format("nodes: {}", found.nodes.size());
    if (found.virtual_nodes)
        text += fmt::format(", virtual (FUTEX2_NODES), on a machine of {}", found.machine_nodes);
    text += fmt::format("; CPUs: {}\n", list_text(found.cpus));
    std::vector<row> rows{
        {"node", "CPUs", "distances", "buckets", "bytes", "address", "its pages"}};
    for (const node_facts& node : found.nodes) {
        rows.push_back({std::to_string(node.node), cpus_text(node.cpus), distances_text(node),
                        std::to_string(node.table.buckets), std::to_string(node.table.bytes),
                        fmt::format("{}", node.table.address), pages_text(node.table.pages)});
    }
    return text + table_text(rows);
}

std::string answer_text(const kernel::feature& feature) {
    if (feature.offered) return "yes";
    return feature.error == 0 ? "no" : fmt::format("no ({})", error_name(feature.error));
}

std::string hash_text(const kernel::offer& offer) {
    if (!offer.private_hash.offered) return answer_text(offer.private_hash);
    return fmt::format("yes, {} buckets", offer.private_slots);
}

std::string kernel_text(const kernel::offer& offer) {
    const std::string rseq =
        offer.rseq_feature_size == 0 ? "unknown" : fmt::format("{} bytes", offer.rseq_feature_size);
    return fmt::format("kernel: {}\n", offer.release) +
           table_text({{"futex_waitv (449)", answer_text(offer.futex_waitv)},
                       {"futex_wake (454)", answer_text(offer.futex_wake)},
                       {"futex_wait (455)", answer_text(offer.futex_wait)},
                       {"futex_requeue (456)", answer_text(offer.futex_requeue)},
                       {"FUTEX2_NUMA", answer_text(offer.numa)},
                       {"FUTEX2_MPOL", answer_text(offer.mpol)},
                       {"private hash", hash_text(offer)},
                       {"rseq features", rseq}});
}

std::string limits_text(const limit_facts& limits) {
    return "limits:\n" +
           table_text({{"words in one wait", std::to_string(limits.words_per_wait)},
                       {"word sizes", fmt::format("{} bits", fmt::join(limits.sizes, ", "))},
                       {"memory for a word", fmt::format("{} bytes", limits.bytes_per_word)},
                       {"memory for a thread", fmt::format("{} bytes", limits.bytes_per_thread)},
                       {"stack for each of several words",
                        fmt::format("{} bytes", limits.stack_bytes_per_word)},
                       {"spins before sleeping", fmt::format("at most {}", limits.spin_rounds)}});
}

}  // namespace

std::string list_text(const std::vector<int>& ascending) {
    std::string text;
    for (size_t i = 0; i < ascending.size();) {
        size_t last = i;
        while (last + 1 < ascending.size() && ascending[last + 1] == ascending[last] + 1) ++last;
        text += (text.empty() ? "" : ",") + std::to_string(ascending[i]);
        if (last > i) text += "-" + std::to_string(ascending[last]);
        i = last + 1;
    }
    return text;
}

std::string error_name(int error) {
    if (error == 0) return "";
    const char* name = strerrorname_np(-error);
    return name != nullptr ? name : std::to_string(-error);
}

std::string info_text(const facts& found) {
    const current_node_facts& current = found.current_node;
    return fmt::format("futex2 {}\n\n", found.version) + nodes_text(found) +
           fmt::format("\ncurrent node: {}, from {}: {:.1f} ns a call (getcpu: {:.1f} ns)\n\n",
                       current.node, current.source, current.ns, current.getcpu_ns) +
           kernel_text(found.kernel) + "\n" + limits_text(found.limits);
}

}  // namespace futex2::command
