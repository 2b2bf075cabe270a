// SPDX-License-Identifier: MIT
#include "bench/child.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <exception>
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

std::array<int, 2> pipe_ends() {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0)
        throw std::system_error(errno, std::generic_category(), "pipe2");
    return ends;
}

child start(std::vector<std::string> arguments, const variables& added) {
    arguments.insert(arguments.begin(), "futex2");
    std::vector<std::string> environment = environment_with(added);
    const std::array<int, 2> ends = pipe_ends();
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

int status_of(pid_t process) {
    int status = 0;
    while (waitpid(process, &status, 0) < 0 && errno == EINTR) continue;
    return status;
}

// All that the child writes. It has a watchdog of its own, so it does end: as
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

void write_all(int file, const void* data, size_t size) {
    const char* next = static_cast<const char*>(data);
    while (size > 0) {
        const ssize_t written = write(file, next, size);
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) _exit(1);  // nobody reads it any more
        next += written;
        size -= static_cast<size_t>(written);
    }
}

// Writes the numbers as they lie in memory, with status 0; or why there are none. No
// destructors, and no buffers: they are the parent's.
[[noreturn]] void work_in_child(const std::function<std::vector<double>(watchdog&)>& work,
                                std::chrono::duration<double> patience, int output) {
    try {
        watchdog dog(patience);
        const std::vector<double> numbers = work(dog);
        write_all(output, numbers.data(), numbers.size() * sizeof(double));
        _exit(0);
    } catch (const std::exception& error) {
        write_all(output, error.what(), std::strlen(error.what()));
        _exit(1);
    }
}

}  // namespace

std::vector<double> run_forked(const std::function<std::vector<double>(watchdog&)>& work,
                               watchdog& dog) {
    const std::array<int, 2> ends = pipe_ends();
    const pid_t process = fork();
    if (process == 0) work_in_child(work, dog.patience(), ends[1]);
    const int error = errno;
    close(ends[1]);
    if (process < 0) {
        close(ends[0]);
        throw std::system_error(error, std::generic_category(), "fork");
    }
    const std::string text = read_all(ends[0], dog);
    close(ends[0]);
    if (const int status = status_of(process); status != 0)
        throw std::runtime_error(
            text.empty() ? fmt::format("the child process failed (wait status {:#x})", status)
                         : text);
    std::vector<double> numbers(text.size() / sizeof(double));
    std::memcpy(numbers.data(), text.data(), numbers.size() * sizeof(double));
    return numbers;
}

std::vector<double> run_child(const std::vector<std::string>& arguments, const variables& added,
                              watchdog& dog) {
    const child running = start(arguments, added);
    const std::string text = read_all(running.output, dog);
    close(running.output);
    const int status = status_of(running.process);
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
