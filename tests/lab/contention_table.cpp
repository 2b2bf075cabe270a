// SPDX-License-Identifier: MIT
// contention MACHINE LAYOUT TRACE: from what locks.cpp has printed and what the recorder has
// written: the table of docs/numa.md, "Locks", on stdout. Status 1 where numa_mutex is not
// worth its name: where it transfers more than a third of what another lock does, with the
// pauses of the first scene, or stays on a node for longer than its bound says.
#include <cstdio>
#include <ctime>
#include <exception>
#include <iostream>
#include <stdexcept>
#include <string>
#include <vector>

#include "lab/contention.hpp"

namespace futex2::lab {
namespace {

// As run.sh orders them: two CPUs for each of four nodes.
constexpr int ordered_cpu_nodes[] = {0, 0, 1, 1, 2, 2, 3, 3};

constexpr int bound = 64;  // numa_mutex's, where it is given none
constexpr int times_less = 3;

std::string today() {
    const std::time_t t = std::time(nullptr);
    char text[sizeof "2026-01-01"];
    std::strftime(text, sizeof text, "%F", std::gmtime(&t));
    return text;
}

double transfers_of(const contest& c) {
    return static_cast<double>(c.program_transfers() + c.kernel_transfers) / c.acquisitions;
}

// Of "LOCK,PAUSES".
std::string lock_of(const scene& s) {
    return s.engine.substr(0, s.engine.find(','));
}
std::string pauses_of(const scene& s) {
    return s.engine.substr(s.engine.find(',') + 1);
}

void print_row(const scene& s, const contest& c) {
    const auto each = [&c](int64_t n) { return static_cast<double>(n) / c.acquisitions; };
    const auto of = [&](const char* kind) {
        const auto found = c.transfers.find(kind);
        return found == c.transfers.end() ? int64_t{0} : found->second;
    };
    const int64_t named = of("lock") + of("guarded") + of("table");
    std::printf("| %s | %s | %.1f | %.1f | %.1f | %.1f | %.1f | %.1f | %.1f", lock_of(s).c_str(),
                pauses_of(s).c_str(), each(of("lock")), each(of("guarded")), each(of("table")),
                each(c.program_transfers() - named), each(c.program_transfers()),
                each(c.kernel_transfers), transfers_of(c));
    const int elsewhere = c.acquisitions - c.by_same - c.from_node;
    std::printf(" | %d | %.0f %% | %.1f | %.1f | %.0f %% | %.0f %% | %.1f %% | %d |\n",
                c.acquisitions, 100 * each(c.contended), each(c.waiting), each(c.system_calls),
                100 * each(c.by_same), 100 * each(c.from_node), 100 * each(elsewhere),
                c.longest_run);
}

void print_table(const std::vector<scene>& scenes, const std::vector<contest>& contests) {
    std::puts(
        "| lock | pauses | transfers: lock | guarded | buckets | others | user mode | kernel mode "
        "| all "
        "| acquisitions | contended | waiting threads | system calls | by the same thread "
        "| another of its node | of another node | longest run of a node |");
    std::puts("|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|");
    for (size_t i = 0; i < scenes.size(); ++i) print_row(scenes[i], contests[i]);
}

bool is_sound(const std::vector<scene>& scenes, const std::vector<contest>& contests) {
    bool sound = true;
    const auto complain = [&sound](const std::string& what) {
        std::cerr << "contention: " << what << '\n';
        sound = false;
    };
    const contest* numa = nullptr;  // with the first pauses
    for (size_t i = 0; i < scenes.size(); ++i) {
        if (lock_of(scenes[i]) != "numa_mutex") continue;
        if (numa == nullptr && pauses_of(scenes[i]) == pauses_of(scenes[0])) numa = &contests[i];
        if (contests[i].longest_run > bound + 1)
            complain(scenes[i].engine + ": taken " + std::to_string(contests[i].longest_run) +
                     " times in a row on one node");
    }
    if (numa == nullptr) throw std::runtime_error("no numa_mutex");
    for (size_t i = 0; i < scenes.size(); ++i)
        if (&contests[i] != numa && pauses_of(scenes[i]) == pauses_of(scenes[0]) &&
            transfers_of(*numa) * times_less > transfers_of(contests[i]))
            complain("numa_mutex transfers more than a third of what " + scenes[i].engine +
                     " does");
    return sound;
}

}  // namespace
}  // namespace futex2::lab

int main(int argc, char** argv) {
    using namespace futex2::lab;
    if (argc != 4) {
        std::cerr << "usage: contention MACHINE LAYOUT TRACE\n";
        return 2;
    }
    try {
        const layout machine = read_layout(argv[2]);
        const auto contests = read_contests(argv[3], ordered_cpu_nodes, machine.scenes);
        std::printf("On %s, g++ %s, Linux %s, %s:\n\n", today().c_str(), __VERSION__,
                    machine.kernel.c_str(), argv[1]);
        print_table(machine.scenes, contests);
        return is_sound(machine.scenes, contests) ? 0 : 1;
    } catch (const std::exception& error) {
        std::cerr << "contention: " << error.what() << '\n';
        return 1;
    }
}
