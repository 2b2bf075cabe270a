// SPDX-License-Identifier: MIT
// traffic JSON SERVERS MACHINE (LAYOUT TRACE)...: from what calls.cpp has printed and what
// the recorder has written, of one machine or more: the tables of docs/numa.md and, for the
// servers (scaling.hpp), those of docs/scaling.md on stdout, and the numbers by node in the
// file JSON. MACHINE is how the JSON describes the machines. Status 1 where a count is not as
// it must be (accesses.hpp).
#include <cstdio>
#include <ctime>
#include <iostream>
#include <stdexcept>
#include <string>
#include <vector>

#include "lab/accesses.hpp"
#include "lab/costs.hpp"
#include "lab/scaling.hpp"

namespace futex2::lab {
namespace {

// As run.sh orders them: two CPUs for each of four nodes.
constexpr int ordered_cpu_nodes[] = {0, 0, 1, 1, 2, 2, 3, 3};

recording read(const char* layout_file, const char* trace_file) {
    recording r = {read_layout(layout_file), read_trace(trace_file, ordered_cpu_nodes)};
    for (const visit& v : r.visits)
        if (v.scene >= r.machine.scenes.size())
            throw std::runtime_error("more scenes in the trace than in the layout");
    return r;
}

std::string now() {
    const std::time_t t = std::time(nullptr);
    char text[sizeof "2026-01-01T00:00:00Z"];
    std::strftime(text, sizeof text, "%FT%TZ", std::gmtime(&t));
    return text;
}

// Of one recording after another: "6.12.1, 6.18.2".
std::string kernels_of(const std::vector<recording>& recordings) {
    std::string text;
    for (const recording& r : recordings) text += (text.empty() ? "" : ", ") + r.machine.kernel;
    return text;
}

bool print_report(const origin& o, const std::vector<recording>& recordings,
                  const std::vector<server>& servers, const std::string& json_file) {
    const std::vector<cost> costs = costs_of(recordings);
    std::printf("On %s, g++ %s, Linux %s, %s:\n\n", o.date.substr(0, 10).c_str(), __VERSION__,
                o.kernel.c_str(), o.machine.c_str());
    const bool sound = print_accesses(recordings.front());
    std::puts("");
    print_costs(costs);
    print_scaling(costs, servers);
    write_json(json_file, o, costs);
    return sound;
}

}  // namespace
}  // namespace futex2::lab

int main(int argc, char** argv) {
    using namespace futex2::lab;
    if (argc < 6 || argc % 2 != 0) {
        std::cerr << "usage: traffic JSON SERVERS MACHINE (LAYOUT TRACE)...\n";
        return 2;
    }
    try {
        std::vector<recording> recordings;
        for (int i = 4; i < argc; i += 2) recordings.push_back(read(argv[i], argv[i + 1]));
        const origin o = {argv[3], kernels_of(recordings), now()};
        return print_report(o, recordings, read_servers(argv[2]), argv[1]) ? 0 : 1;
    } catch (const std::exception& error) {
        std::cerr << "traffic: " << error.what() << '\n';
        return 1;
    }
}
