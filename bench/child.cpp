// SPDX-License-Identifier: MIT
#include "bench/child.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <system_error>

namespace futex2::bench {
namespace {

std::vector<char*> pointers_to(std::vector<std::string>& strings) {
    std::vector<char*> pointers;
    for (std::string& s : strings) pointers.push_back(s.data());
    pointers.push_back(nullptr);
    return pointers;
}

std::vector<std::string> environment_with(const variables& added) {
    std::vector<std::string> all;
    for (char** variable = environ; *variable != nullptr; ++variable) all.emplace_back(*variable);
    for (const auto& [name, value] : added) {
        std::erase_if(
            all, [prefix = name + "="](const std::string& v) { return v.starts_with(prefix); });
        all.push_back(fmt::format("{}={}", name, value));
    }
    return all;
}

// The child, and the end of its standard output.
struct child {
    pid_t process;
    int output;
};

child start(std::vector<std::string> arguments, const variables& added) {
    arguments.insert(arguments.begin(), "futex2");
    std::vector<std::string> environment = environment_with(added);
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
        throw std::system_error(errno, std::generic_category(), "pipe2");
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    child started{0, ends[0]};
    const int error = posix_spawn(&started.process, "/proc/self/exe", &actions, nullptr,
                                  pointers_to(arguments).data(), pointers_to(environment).data());
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    if (error == 0) return started;
    close(ends[0]);
    throw std::system_error(error, std::generic_category(), "cannot start a child");
}

// All that the child prints. It has a watchdog of its own, so it does end: as
// long as it runs, all is well.
std::string read_all(int file, watchdog& dog) {
    std::string text;
    char piece[4096];
    for (;;) {
        dog.beat();
        pollfd ready{file, POLLIN, 0};
        if (poll(&ready, 1, 100) == 0) continue;
        const ssize_t size = read(file, piece, sizeof piece);
        if (size < 0 && errno == EINTR) continue;
        if (size <= 0) return text;
        text.append(piece, static_cast<size_t>(size));
    }
}

}  // namespace

std::vector<double> run_child(const std::vector<std::string>& arguments, const variables& added,
                              watchdog& dog) {
    const child running = start(arguments, added);
    const std::string text = read_all(running.output, dog);
    close(running.output);
    int status = 0;
    while (waitpid(running.process, &status, 0) < 0 && errno == EINTR) continue;
    const auto report = nlohmann::json::parse(text, nullptr, false);
    if (!report.is_object() || !report.contains("results"))
        throw std::runtime_error(
            fmt::format("the child process failed (wait status {:#x})", status));
    std::vector<double> medians;
    for (const auto& result : report["results"])
        if (result["median"].is_number()) medians.push_back(result["median"].get<double>());
    return medians;
}

}  // namespace futex2::bench
