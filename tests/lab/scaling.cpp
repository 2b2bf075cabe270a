// SPDX-License-Identifier: MIT
#include "lab/scaling.hpp"

#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>

namespace futex2::lab {
namespace {

using matrix = std::vector<std::vector<double>>;

constexpr double counted_nodes = 4;

// The share of other nodes' memory, where a line may be on any.
double share_of_others(double nodes) {
    return (nodes - 1) / nodes;
}

void check_square(const matrix& m, size_t nodes) {
    bool square = m.size() == nodes && nodes > 1;
    for (const auto& row : m) square = square && row.size() == nodes;
    if (!square) throw std::runtime_error("servers: not a matrix of all nodes");
}

double mean_of_diagonal(const matrix& m) {
    double sum = 0;
    for (size_t i = 0; i < m.size(); ++i) sum += m[i][i];
    return sum / static_cast<double>(m.size());
}

double mean_beside_diagonal(const matrix& m) {
    double sum = 0;
    for (size_t i = 0; i < m.size(); ++i)
        for (size_t j = 0; j < m.size(); ++j)
            if (i != j) sum += m[i][j];
    return sum / static_cast<double>(m.size() * (m.size() - 1));
}

server server_of(const nlohmann::json& entry) {
    const auto memory = entry.at("memory").get<matrix>();
    check_square(memory, memory.size());
    server s = {entry.at("name").get<std::string>(), static_cast<int>(memory.size()),
                mean_of_diagonal(memory), mean_beside_diagonal(memory), 0};
    const auto caches = entry.at("caches").get<std::vector<matrix>>();
    for (const matrix& m : caches) {
        check_square(m, memory.size());
        s.transfer += mean_beside_diagonal(m) / static_cast<double>(caches.size());
    }
    if (caches.empty()) s.transfer = s.remote;
    return s;
}

double of_both_modes(const tally& t, measure what, bool own) {
    const auto match = [own](int node, int other) { return (node == other) == own; };
    return total(t, what, false, match) + total(t, what, true, match);
}

double of_both_modes(const tally& t, measure what) {
    return of_both_modes(t, what, true) + of_both_modes(t, what, false);
}

void print_head(const char* columns, std::span<const server> servers) {
    std::printf("\n| operation | engine | %s", columns);
    for (const server& s : servers) std::printf(" | %s: ns", s.name.c_str());
    std::printf(" |\n|---|---|---|---|---");
    for (size_t i = 0; i < servers.size(); ++i) std::printf("|---");
    std::puts("|");
}

void print_latencies(std::span<const server> servers) {
    std::puts("\n| machine | own memory: ns | other memory: ns | other cache: ns |");
    std::puts("|---|---|---|---|");
    for (const server& s : servers)
        std::printf("| %s | %.0f | %.0f | %.0f |\n", s.name.c_str(), s.local, s.remote, s.transfer);
}

}  // namespace

std::vector<server> read_servers(const std::string& file) {
    std::ifstream stream(file);
    if (!stream) throw std::runtime_error("cannot read " + file);
    std::vector<server> servers;
    try {
        for (const auto& entry : nlohmann::json::parse(stream)) servers.push_back(server_of(entry));
    } catch (const nlohmann::json::exception& error) {
        throw std::runtime_error(file + ": " + error.what());
    }
    return servers;
}

double cold(const tally& t, const server& s) {
    const double lines = of_both_modes(t, measure::lines);
    const double others = of_both_modes(t, measure::lines, false) * share_of_others(s.nodes) /
                          share_of_others(counted_nodes);
    return (lines - others) * s.local + others * s.remote;
}

double warm(const tally& t, const server& s) {
    return (of_both_modes(t, measure::transfers) + of_both_modes(t, measure::invalidations)) *
           s.transfer;
}

void print_scaling(std::span<const cost> costs, std::span<const server> servers) {
    print_latencies(servers);
    print_head("system calls | lines: own node | other nodes", servers);
    for (const cost& c : costs) {
        if (!c.local) continue;
        const tally t = mean_of(c.scenes);
        std::printf("| %s | %s | %.0f | %.1f | %.1f", c.name().c_str(), c.engine.c_str(),
                    of_both_modes(t, measure::system_calls), of_both_modes(t, measure::lines, true),
                    of_both_modes(t, measure::lines, false));
        for (const server& s : servers) std::printf(" | %.0f", cold(t, s));
        std::puts(" |");
    }
    print_head("system calls | transfers | invalidations", servers);
    for (const cost& c : costs) {
        if (c.local) continue;
        const tally t = mean_of(c.scenes);
        std::printf("| %s | %s | %.0f | %.1f | %.1f", c.name().c_str(), c.engine.c_str(),
                    of_both_modes(t, measure::system_calls), of_both_modes(t, measure::transfers),
                    of_both_modes(t, measure::invalidations));
        for (const server& s : servers) std::printf(" | %.0f", warm(t, s));
        std::puts(" |");
    }
}

}  // namespace futex2::lab
