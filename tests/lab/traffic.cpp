// SPDX-License-Identifier: MIT
// traffic LAYOUT TRACE: the table of what each call's accesses come to, from what
// calls.cpp has printed and what the recorder has written. Fails, and names the
// instructions, if a call on the words' node touched another node's memory, if anything
// wrote what is held to be constant, if two rounds differ, or if the recorder's count of
// the control is wrong.
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <map>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "lab/region.hpp"

namespace futex2::lab {
namespace {

constexpr uint64_t line_bytes = 64;

struct range {
    std::string kind;
    uint64_t begin;
    uint64_t end;
};

struct scene {
    int word_node;
    int caller_node;
    std::vector<range> ranges;

    bool local() const { return word_node == caller_node; }
    // What is in no range is a stack, or thread-local.
    std::string kind_of(uint64_t address) const {
        for (const range& r : ranges)
            if (address >= r.begin && address < r.end) return r.kind;
        return "thread";
    }
    std::string name() const {
        return "words on node " + std::to_string(word_node) + ", caller on " +
               std::to_string(caller_node);
    }
};

struct access {
    uint64_t instruction;
    uint64_t address;
    int node;
    bool store;
};

// One pass of a thread through a region.
struct visit {
    region where;
    size_t scene;
    std::vector<access> accesses;
};

struct call {
    region where;
    const char* name;
    bool by_waiter;  // else by the caller, who may be on another node
};

constexpr call calls[] = {
    {region::wake_nobody, "wake, nobody waits", false},
    {region::wait_differs, "wait, another value", false},
    {region::wait_blocked, "wait, asleep until it is woken", true},
    {region::wake_blocked, "wake of one that sleeps", false},
    {region::requeue, "requeue: one woken, one moved", false},
    {region::waitv_blocked, "waitv over 8 words, asleep", true},
    {region::wake_waitv, "wake of one of the 8 words", false},
};

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

figures figures_of(const visit& v, const scene& s, int own_node) {
    figures f;
    std::map<std::string, std::set<uint64_t>> own, other;
    std::set<uint64_t> constants;
    for (const access& a : v.accesses) {
        const std::string kind = s.kind_of(a.address);
        if (kind == "constants") {
            ++f.constants;
            constants.insert(a.address / line_bytes);
            continue;
        }
        ++(a.node == own_node ? f.own : f.other);
        (a.node == own_node ? own : other)[kind].insert(a.address / line_bytes);
    }
    f.constant_lines = constants.size();
    f.own_lines = text_of(own);
    f.other_lines = text_of(other);
    return f;
}

std::vector<scene> read_layout(const char* name) {
    std::ifstream file(name);
    std::vector<scene> scenes;
    for (std::string line; std::getline(file, line);) {
        std::istringstream words(line);
        std::string what;
        words >> what;
        if (what == "scene") {
            scene s;
            words >> s.word_node >> s.caller_node;
            scenes.push_back(s);
        } else if (what == "range" && !scenes.empty()) {
            range r;
            words >> r.kind >> std::hex >> r.begin >> r.end;
            scenes.back().ranges.push_back(r);
        }
    }
    if (scenes.empty()) throw std::runtime_error("no scene in the layout");
    return scenes;
}

class trace_reader {
  public:
    explicit trace_reader(const char* name) : file_(name) {}

    // Every visit but the first of each region in a scene.
    std::vector<visit> read() {
        for (std::string line; std::getline(file_, line);) {
            std::istringstream words(line);
            if (line.rfind("region ", 0) == 0)
                read_mark(words);
            else
                read_access(words);
        }
        return std::move(visits_);
    }

  private:
    void read_mark(std::istringstream& words) {
        std::string skipped;
        unsigned cpu = 0, number = 0;
        words >> skipped >> cpu >> number;
        const auto where = static_cast<region>(number);
        if (where == region::scene) {
            ++scenes_;
            seen_.clear();
        } else if (where != region::none) {
            open_[cpu] = {where, scenes_ - 1, {}};
        } else if (const auto found = open_.find(cpu); found != open_.end()) {
            if (!seen_.insert(found->second.where).second) visits_.push_back(found->second);
            open_.erase(found);
        }
    }

    void read_access(std::istringstream& words) {
        unsigned cpu = 0;
        char how = 'l';
        access a;
        words >> cpu >> std::hex >> a.instruction >> a.address >> std::dec >> a.node >> how;
        if (!words) throw std::runtime_error("a line of the trace is none");
        a.store = how == 's';
        if (const auto found = open_.find(cpu); found != open_.end())
            found->second.accesses.push_back(a);
    }

    std::ifstream file_;
    std::map<unsigned, visit> open_;  // by CPU
    std::set<region> seen_;           // in this scene
    std::vector<visit> visits_;
    size_t scenes_ = 0;
};

class report {
  public:
    report(std::vector<scene> scenes, std::vector<visit> visits)
        : scenes_(std::move(scenes)), visits_(std::move(visits)) {}

    bool print() {
        for (const visit& v : visits_) {
            if (v.scene >= scenes_.size()) throw std::runtime_error("more scenes than laid out");
            if (v.where == region::control) check_control(v);
        }
        if (controls_ == 0) complain("the control was not recorded");
        std::puts(
            "| call | from | accesses: own node | other nodes | constants "
            "| cache lines: own node | other nodes | constants |");
        std::puts("|---|---|---|---|---|---|---|---|");
        for (const call& c : calls) {
            print_rows(c, true);
            print_rows(c, false);
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
        const auto right = [&](const access& a) {
            return !a.store && s.kind_of(a.address) == "words" && a.node == s.word_node;
        };
        if (std::count_if(v.accesses.begin(), v.accesses.end(), right) != loads_of_control)
            complain("the control: not " + std::to_string(loads_of_control) + " loads; " +
                     s.name());
    }

    void check(const call& c, const visit& v, int own_node) {
        const scene& s = scenes_[v.scene];
        for (const access& a : v.accesses) {
            const bool constant = s.kind_of(a.address) == "constants";
            const bool local = s.local() || c.by_waiter;
            const bool stray = local && !constant && a.node != own_node;
            if (!stray && !(constant && a.store)) continue;
            std::ostringstream text;
            text << c.name << "; " << s.name() << ": " << (a.store ? "store to " : "load of ")
                 << s.kind_of(a.address) << " on node " << a.node << " at 0x" << std::hex
                 << a.address << " by 0x" << a.instruction;
            complain(text.str());
        }
    }

    // A row for each different outcome: one, where all nodes are alike.
    void print_rows(const call& c, bool local) {
        std::map<figures, std::set<size_t>> rows;
        std::map<size_t, std::set<figures>> of_scene;
        for (const visit& v : visits_) {
            const scene& s = scenes_[v.scene];
            if (v.where != c.where || s.local() != local) continue;
            const int own_node = c.by_waiter ? s.word_node : s.caller_node;
            check(c, v, own_node);
            const figures f = figures_of(v, s, own_node);
            rows[f].insert(v.scene);
            of_scene[v.scene].insert(f);
        }
        for (const auto& [number, different] : of_scene)
            if (different.size() > 1)
                complain(std::string(c.name) + "; " + scenes_[number].name() + ": rounds differ");
        if (rows.empty()) complain(std::string(c.name) + ": was not recorded");
        for (const auto& [f, where] : rows)
            std::printf("| %s | %s | %d | %d | %d | %s | %s | %zu |\n", c.name,
                        from(c, local, rows.size() == 1, where).c_str(), f.own, f.other,
                        f.constants, f.own_lines.c_str(), f.other_lines.c_str(), f.constant_lines);
    }

    std::string from(const call& c, bool local, bool all, const std::set<size_t>& where) const {
        if (all && local) return "the words' node";
        if (all) return c.by_waiter ? "the words' node; woken from another" : "another node";
        std::string text;
        for (const size_t number : where)
            text += (text.empty() ? "" : "; ") + scenes_[number].name();
        return text;
    }

    std::vector<scene> scenes_;
    std::vector<visit> visits_;
    int controls_ = 0;
    bool sound_ = true;
};

}  // namespace
}  // namespace futex2::lab

int main(int argc, char** argv) {
    using namespace futex2::lab;
    if (argc != 3) {
        std::cerr << "usage: traffic LAYOUT TRACE\n";
        return 2;
    }
    try {
        return report(read_layout(argv[1]), trace_reader(argv[2]).read()).print() ? 0 : 1;
    } catch (const std::exception& error) {
        std::cerr << "traffic: " << error.what() << '\n';
        return 1;
    }
}
