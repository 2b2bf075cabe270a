// SPDX-License-Identifier: MIT
#include "lab/costs.hpp"

#include <algorithm>
#include <stdexcept>

#include "lab/engines.hpp"

namespace futex2::lab {
namespace {

constexpr const char* engines[] = {library::name, futex::name, futex2_numa::name};

// Adds the scenes of one recording in which the operation was played.
void add_scenes(cost& c, const recording& r) {
    for (size_t i = 0; i < r.machine.scenes.size(); ++i) {
        const scene& s = r.machine.scenes[i];
        if (s.engine != c.engine || s.local() != c.local) continue;
        std::vector<tally> visits;
        for (const visit& v : r.visits)
            if (v.scene == i && v.where == c.what.where) visits.push_back(v.sum);
        if (visits.empty())
            throw std::runtime_error(c.name() + " of " + s.engine + " was not recorded");
        const closest_half h = closest_half_of(std::move(visits));
        c.scenes.push_back(h.mean);
        c.spread = std::max(c.spread, (h.most - h.least) / h.least);
    }
}

bool takes_part(const tally& t, int node) {
    for (const auto& [q, value] : t)
        if (q.what == measure::accesses && q.node == node) return true;
    return false;
}

}  // namespace

tally by_node(const cost& c) {
    tally mean;
    for (const tally& t : c.scenes)
        for (const auto& [q, value] : t) mean[q] += value;
    for (auto& [q, value] : mean) {
        const int node = q.node;  // a lambda captures no structured binding
        value /= static_cast<double>(
            std::count_if(c.scenes.begin(), c.scenes.end(),
                          [node](const tally& t) { return takes_part(t, node); }));
    }
    return mean;
}

std::string cost::name() const {
    return std::string(what.name) + (local ? "" : ", two nodes");
}

std::vector<cost> costs_of(std::span<const recording> recordings) {
    std::vector<cost> costs;
    for (const operation& o : operations)
        for (const bool local : {true, false})
            for (const char* engine : engines) {
                cost c = {o, local, engine, {}, 0};
                for (const recording& r : recordings) add_scenes(c, r);
                if (!c.scenes.empty()) costs.push_back(std::move(c));
            }
    return costs;
}

}  // namespace futex2::lab
