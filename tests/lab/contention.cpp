// SPDX-License-Identifier: MIT
#include "lab/contention.hpp"

#include <algorithm>
#include <fstream>
#include <stdexcept>

#include "lab/region.hpp"

namespace futex2::lab {

int64_t contest::program_transfers() const {
    int64_t sum = 0;
    for (const auto& [kind, count] : transfers) sum += count;
    return sum;
}

void contest_counter::add(const record& r) {
    if (r.what == record::type::mark) {
        switch (static_cast<region>(r.address)) {
            case region::lock_wanted:
                return wanted_by(r.cpu);
            case region::lock_held:
                return taken_by(r.cpu);
            case region::lock_unwanted:
                // Who was handed it may have it already.
                if (last_ == r.cpu) held_ = false;
                return;
            default:
                return;
        }
    }
    if (taken_ < uncounted) return;
    if (r.what == record::type::system_call)
        ++sum_.system_calls;
    else if (r.from != no_node && r.kernel)
        ++sum_.kernel_transfers;
    else if (r.from != no_node)
        ++sum_.transfers[scene_.kind_of(r.address)];
}

void contest_counter::wanted_by(uint8_t cpu) {
    waits_since_[cpu] = taken_;
    if (held_ && taken_ >= uncounted) ++sum_.contended;
}

void contest_counter::taken_by(uint8_t cpu) {
    const int node = cpu_nodes_[cpu];
    const bool on_node = last_ != nobody && cpu_nodes_[static_cast<size_t>(last_)] == node;
    if (!on_node) run_begin_ = taken_;
    waits_since_[cpu] = nobody;
    if (taken_ >= uncounted) {
        ++sum_.acquisitions;
        if (last_ == cpu)
            ++sum_.by_same;
        else if (on_node)
            ++sum_.from_node;
        sum_.waiting += static_cast<int64_t>(waits_since_.size()) -
                        std::count(waits_since_.begin(), waits_since_.end(), nobody);
    }
    look_for_a_run(node);
    last_ = cpu;
    held_ = true;
    ++taken_;
}

void contest_counter::look_for_a_run(int node) {
    for (size_t cpu = 0; cpu < waits_since_.size(); ++cpu)
        if (waits_since_[cpu] != nobody && cpu_nodes_[cpu] != node)
            sum_.longest_run =
                std::max(sum_.longest_run, taken_ + 1 - std::max(run_begin_, waits_since_[cpu]));
}

std::vector<contest> read_contests(const char* file, std::span<const int> cpu_nodes,
                                   std::span<const scene> scenes) {
    std::ifstream stream(file, std::ios::binary);
    if (!stream) throw std::runtime_error(std::string("cannot read ") + file);
    std::vector<contest_counter> counters;
    for (record r; stream.read(reinterpret_cast<char*>(&r), sizeof r);) {
        if (r.cpu >= cpu_nodes.size()) throw std::runtime_error("a CPU that the machine has not");
        if (r.what == record::type::mark && static_cast<region>(r.address) == region::scene) {
            if (counters.size() == scenes.size())
                throw std::runtime_error("more scenes in the trace than in the layout");
            counters.emplace_back(cpu_nodes, scenes[counters.size()]);
        } else if (!counters.empty()) {
            counters.back().add(r);
        }
    }
    if (counters.size() != scenes.size() || stream.gcount() != 0)
        throw std::runtime_error("the trace is not whole");
    std::vector<contest> contests;
    for (const contest_counter& c : counters) contests.push_back(c.sum());
    return contests;
}

}  // namespace futex2::lab
