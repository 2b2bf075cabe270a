// SPDX-License-Identifier: MIT
#include "lab/accesses.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <iostream>
#include <map>
#include <set>
#include <sstream>
#include <string>

#include "lab/engines.hpp"
#include "lab/operation.hpp"

namespace futex2::lab {
namespace {

// What one visit comes to.
struct figures {
    int own = 0, other = 0, constants = 0;
    size_t constant_lines = 0;
    std::string own_lines, other_lines;

    auto operator<=>(const figures&) const = default;
};

// "6: table 2, words 1, ..."
std::string text_of(const std::map<std::string, std::set<uint64_t>>& lines) {
    size_t sum = 0;
    std::string text;
    for (const auto& [kind, some] : lines) {
        sum += some.size();
        text += (text.empty() ? "" : ", ") + kind + " " + std::to_string(some.size());
    }
    return sum == 0 ? "0" : std::to_string(sum) + ": " + text;
}

bool stores(const record& r) {
    return r.what == record::type::store;
}

figures figures_of(const visit& v, const scene& s, int own_node) {
    figures f;
    std::map<std::string, std::set<uint64_t>> own, other;
    std::set<uint64_t> constants;
    for (const record& a : v.program) {
        const std::string kind = s.kind_of(a.address);
        if (kind == "constants") {
            ++f.constants;
            constants.insert(a.address / line_bytes);
            continue;
        }
        ++(a.memory_node == own_node ? f.own : f.other);
        (a.memory_node == own_node ? own : other)[kind].insert(a.address / line_bytes);
    }
    f.constant_lines = constants.size();
    f.own_lines = text_of(own);
    f.other_lines = text_of(other);
    return f;
}

class report {
  public:
    explicit report(const recording& r) : scenes_(r.machine.scenes), visits_(r.visits) {}

    bool print() {
        for (const visit& v : visits_) {
            if (v.where == region::control && scenes_[v.scene].engine == library::name)
                check_control(v);
        }
        if (controls_ == 0) complain("the control was not recorded");
        std::puts(
            "| call | from | accesses: own node | other nodes | constants "
            "| cache lines: own node | other nodes | constants |");
        std::puts("|---|---|---|---|---|---|---|---|");
        for (const operation& o : operations) {
            if (o.by == actor::both) continue;  // what the calls are is known from the others
            print_rows(o, true);
            print_rows(o, false);
        }
        return sound_;
    }

  private:
    void complain(const std::string& what) {
        std::cerr << "traffic: " << what << '\n';
        sound_ = false;
    }

    void check_control(const visit& v) {
        ++controls_;
        const scene& s = scenes_[v.scene];
        const auto right = [&](const record& a) {
            return !stores(a) && s.kind_of(a.address) == "words" && a.memory_node == s.word_node;
        };
        if (std::count_if(v.program.begin(), v.program.end(), right) != loads_of_control)
            complain("the control: not " + std::to_string(loads_of_control) + " loads; " +
                     s.name());
    }

    void check(const operation& o, const visit& v, int own_node) {
        const scene& s = scenes_[v.scene];
        for (const record& a : v.program) {
            const bool constant = s.kind_of(a.address) == "constants";
            const bool local = s.local() || o.by == actor::waiter;
            const bool stray = local && !constant && a.memory_node != own_node;
            if (!stray && !(constant && stores(a))) continue;
            std::ostringstream text;
            text << o.name << "; " << s.name() << ": " << (stores(a) ? "store to " : "load of ")
                 << s.kind_of(a.address) << " on node " << a.memory_node << " at 0x" << std::hex
                 << a.address << " by 0x" << a.instruction;
            complain(text.str());
        }
    }

    // A row for each different outcome: one, where all nodes are alike.
    void print_rows(const operation& o, bool local) {
        std::map<figures, std::set<size_t>> rows;
        std::map<size_t, std::set<figures>> of_scene;
        for (const visit& v : visits_) {
            const scene& s = scenes_[v.scene];
            if (v.where != o.where || s.local() != local || s.engine != library::name) continue;
            const int own_node = o.by == actor::waiter ? s.word_node : s.caller_node;
            check(o, v, own_node);
            const figures f = figures_of(v, s, own_node);
            rows[f].insert(v.scene);
            of_scene[v.scene].insert(f);
        }
        for (const auto& [number, different] : of_scene)
            if (different.size() > 1)
                complain(std::string(o.name) + "; " + scenes_[number].name() + ": rounds differ");
        if (rows.empty()) complain(std::string(o.name) + ": was not recorded");
        for (const auto& [f, where] : rows)
            std::printf("| %s | %s | %d | %d | %d | %s | %s | %zu |\n", o.name,
                        from(o, local, rows.size() == 1, where).c_str(), f.own, f.other,
                        f.constants, f.own_lines.c_str(), f.other_lines.c_str(), f.constant_lines);
    }

    std::string from(const operation& o, bool local, bool all,
                     const std::set<size_t>& where) const {
        if (all && local) return "the words' node";
        if (all)
            return o.by == actor::waiter ? "the words' node; woken from another" : "another node";
        std::string text;
        for (const size_t number : where)
            text += (text.empty() ? "" : "; ") + scenes_[number].name();
        return text;
    }

    const std::vector<scene>& scenes_;
    const std::vector<visit>& visits_;
    int controls_ = 0;
    bool sound_ = true;
};

}  // namespace

bool print_accesses(const recording& r) {
    return report(r).print();
}

}  // namespace futex2::lab
