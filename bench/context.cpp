// SPDX-License-Identifier: MIT
#include <fmt/core.h>
#include <futex2/futex2.h>
#include <sys/utsname.h>

#include <ctime>
#include <fstream>
#include <iterator>

#include "bench/clock.hpp"
#include "bench/placement.hpp"
#include "bench/result.hpp"

namespace futex2::bench {
namespace {

std::string compiler() {
#if defined(__clang__)
    const std::string name = "clang " __clang_version__;
#else
    const std::string name = "gcc " __VERSION__;
#endif
#if defined(__OPTIMIZE__)
    return name + ", optimised";
#else
    return name + ", not optimised";
#endif
}

std::string cpu_model() {
    std::ifstream file("/proc/cpuinfo");
    for (std::string line; std::getline(file, line);) {
        if (!line.starts_with("model name")) continue;
        const size_t colon = line.find(": ");
        if (colon != std::string::npos) return line.substr(colon + 2);
    }
    return "";
}

std::vector<std::string> command_line() {
    std::ifstream file("/proc/self/cmdline");
    std::vector<std::string> arguments;
    for (std::string argument; std::getline(file, argument, '\0');) arguments.push_back(argument);
    return arguments;
}

std::string utc_now() {
    const std::time_t seconds = std::time(nullptr);
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    char text[sizeof "2000-01-01T00:00:00Z"];
    std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
    return text;
}

}  // namespace

context context_here(uint64_t seed) {
    utsname system{};
    uname(&system);
    context c;
    c.version = futex2_version();
    c.compiler = compiler();
    c.host = system.nodename;
    c.kernel = system.release;
    c.machine = system.machine;
    c.cpu = cpu_model();
    c.cpus = static_cast<int>(allowed_cpus().size());
    c.nodes = futex2_node_count();
    c.virtual_nodes = nodes_are_virtual();
    c.seed = seed;
    c.clock_ns = clock_cost();
    c.command = command_line();
    c.date = utc_now();
    return c;
}

}  // namespace futex2::bench
