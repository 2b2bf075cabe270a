// SPDX-License-Identifier: MIT
#include "lab/trace.hpp"

#include <fstream>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>

namespace futex2::lab {
namespace {

struct open_visit {
    region where;
    std::vector<record> program;
    counter count;
};

class trace_reader {
  public:
    explicit trace_reader(std::span<const int> cpu_nodes) : cpu_nodes_(cpu_nodes) {}

    void add(const record& r) {
        if (r.cpu >= cpu_nodes_.size() || r.memory_node >= static_cast<int>(cpu_nodes_.size()))
            throw std::runtime_error("a CPU or node in the trace that the machine has not");
        if (r.what == record::type::mark)
            enter(r.cpu, static_cast<region>(r.address));
        else if (open_visit* v = visit_of(r.cpu); v != nullptr)
            add_to(*v, r);
    }

    std::vector<visit> visits() { return std::move(visits_); }

  private:
    void enter(uint8_t cpu, region where) {
        leave(cpu);
        switch (where) {
            case region::none:
                break;
            case region::scene:
                ++scenes_;
                rounds_ = 0;
                break;
            case region::round:
                ++rounds_;
                break;
            default:
                open_.insert({cpu, {where, {}, counter(cpu_nodes_)}});
        }
    }

    void leave(uint8_t cpu) {
        const auto found = open_.find(cpu);
        if (found == open_.end()) return;
        open_visit& v = found->second;
        if (rounds_ > uncounted_rounds && v.where != region::partner)
            visits_.push_back({v.where, scenes_ - 1, std::move(v.program), v.count.sum()});
        open_.erase(found);
    }

    // What a partner does belongs to the round trip that is under way, if one is.
    open_visit* visit_of(uint8_t cpu) {
        const auto found = open_.find(cpu);
        if (found == open_.end()) return nullptr;
        if (found->second.where != region::partner) return &found->second;
        for (auto& [other, v] : open_)
            if (v.where == region::round_trip) return &v;
        return nullptr;
    }

    static void add_to(open_visit& v, const record& r) {
        v.count.add(r);
        if (!r.kernel && r.what != record::type::system_call) v.program.push_back(r);
    }

    std::span<const int> cpu_nodes_;
    std::map<uint8_t, open_visit> open_;  // by CPU
    std::vector<visit> visits_;
    size_t scenes_ = 0;
    int rounds_ = 0;
};

}  // namespace

std::vector<visit> read_trace(const char* file, std::span<const int> cpu_nodes) {
    std::ifstream stream(file, std::ios::binary);
    if (!stream) throw std::runtime_error(std::string("cannot read ") + file);
    trace_reader reader(cpu_nodes);
    for (record r; stream.read(reinterpret_cast<char*>(&r), sizeof r);) reader.add(r);
    if (stream.gcount() != 0) throw std::runtime_error("half a record at the end of the trace");
    return reader.visits();
}

}  // namespace futex2::lab
