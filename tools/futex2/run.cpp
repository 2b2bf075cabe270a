// SPDX-License-Identifier: MIT
#include "run.hpp"

#include <sys/prctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "run/library_file.hpp"
#include "run/options.hpp"
#include "run/program_file.hpp"

namespace futex2::command {
namespace {

using std::filesystem::path;

// As env(1) and nohup(1) have them.
constexpr int not_executable = 126;
constexpr int not_found = 127;

// Where a build and where an installation has it, from the folder of the command.
path preload_library() {
    if (const char* given = std::getenv("FUTEX2_RUN_LIBRARY"); given != nullptr) return given;
    const path folder = std::filesystem::read_symlink("/proc/self/exe").parent_path();
    for (const char* place : {"../lib/libfutex2_run.so", FUTEX2_RUN_INSTALLED}) {
        std::error_code error;
        if (path found = std::filesystem::canonical(folder / place, error); !error) return found;
    }
    throw std::runtime_error("run: no libfutex2_run.so beside this command");
}

void refuse_library(const path& library, const std::string& why) {
    throw std::runtime_error("run: " + library.string() + ": " + why);
}

// Else the loader runs the program without it.
void check_library(const path& library) {
    if (!library.is_absolute()) refuse_library(library, "must be an absolute path");
    // The loader splits the variable there.
    if (library.string().find_first_of(" :") != std::string::npos)
        refuse_library(library, "no space or colon may be in it");
    if (access(library.c_str(), R_OK) != 0) refuse_library(library, std::strerror(errno));
    if (!run::is_run_library(library.c_str()))
        refuse_library(library, "is no libfutex2_run.so of this machine");
}

// Before all that the user has loaded there.
void load_first(const path& library) {
    check_library(library);
    const char* others = std::getenv("LD_PRELOAD");
    std::string all = library;
    if (others != nullptr && *others != '\0') all += std::string(":") + others;
    setenv("LD_PRELOAD", all.c_str(), 1);
}

// What the program's library is to do, as its options.cpp reads it.
struct run_options {
    bool upstream = false;
    bool strict = false;
    bool stats = false;
    bool trap = false;
    std::string trace;

    std::string text() const {
        std::string words = "first=" + std::to_string(getpid());
        if (upstream) words += " upstream";
        if (strict) words += " strict";
        if (stats) words += " stats";
        if (trap) words += " trap";
        if (!trace.empty()) words += " trace=" + trace_file().string();
        return words;
    }
    // The program may be in another folder when it ends.
    path trace_file() const { return std::filesystem::absolute(trace); }
};

// What would leave the program without its trace, or is a slip.
void check_trace(const run_options& options) {
    const std::string& name = options.trace;
    const auto refuse = [](const std::string& why) { throw CLI::ValidationError("--trace", why); };
    if (name.empty()) refuse("the file has no name");
    if (name[0] == '-') refuse("is '" + name + "' the file? Then write ./" + name);
    if (options.trace_file().string().size() >= run::most_bytes_of_trace)
        refuse("the file's name is too long");
    std::error_code error;
    const auto there = std::filesystem::status(name, error);
    if (std::filesystem::exists(there) && !std::filesystem::is_regular_file(there))
        refuse(name + " is no regular file");
}

// The file that execvp() will find, or the name.
path file_of(const std::string& name) {
    const char* folders = std::getenv("PATH");
    if (name.find('/') != std::string::npos || folders == nullptr) return name;
    for (const std::string& folder : CLI::detail::split(folders, ':')) {
        path candidate = path(folder.empty() ? "." : folder) / name;
        if (access(candidate.c_str(), X_OK) == 0 && std::filesystem::is_regular_file(candidate))
            return candidate;
    }
    return name;
}

// For good: set-user-ID bits and file capabilities have no effect. The loader of a program with
// privileges takes no library from the environment, and so would begin no trap.
void give_up_privileges() {
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        throw std::runtime_error(std::string("run: --trap: ") + std::strerror(errno));
}

// Returns if the program cannot be run; then the exit status.
int execute(std::vector<char*> program) {
    const path file = file_of(program[0]);
    if (run::is_statically_linked(file.c_str())) {
        std::fprintf(stderr,
                     "futex2: run: %s: is statically linked: nothing can be loaded into it\n",
                     file.c_str());
        return not_executable;
    }
    program.push_back(nullptr);
    execvp(program[0], program.data());
    const int error = errno;
    std::fprintf(stderr, "futex2: run: %s: %s\n", program[0], std::strerror(error));
    return error == ENOENT ? not_found : not_executable;
}

// What the parser has left, then what is behind the "--".
std::vector<char*> program_of(std::vector<std::string>& left, char** rest) {
    if (!left.empty() && left[0][0] == '-')
        throw CLI::ExtrasError("run", std::vector<std::string>{left[0]});
    std::vector<char*> program;
    for (std::string& argument : left) program.push_back(argument.data());
    if (!left.empty() && *rest != nullptr) --rest;  // that "--" is the program's
    for (; *rest != nullptr; ++rest) program.push_back(*rest);
    if (program.empty()) throw CLI::ValidationError("run", "no program given");
    return program;
}

}  // namespace

int own_arguments(int argc, char** argv) {
    if (argc < 2 || std::strcmp(argv[1], "run") != 0) return argc;
    for (int i = 2; i < argc; ++i)
        if (std::strcmp(argv[i], "--") == 0) return i;
    return argc;
}

void add_run(CLI::App& app, char** rest, int& status) {
    CLI::App* run = app.add_subcommand("run", "Run a program with this library's futexes");
    run->prefix_command();
    run->footer(
        "Behind the options: -- PROGRAM [ARGUMENT...]\n"
        "Its futex calls are this library's, of private words; see futex2-run(1).\n"
        "Examples:\n"
        "  futex2 run -- ./server --threads 8\n"
        "  futex2 run --trap -- pigz file       # libc's own mutexes, too\n"
        "  futex2 run --stats --trace calls.json -- ./server\n"
        "  futex2 run --upstream --strict -- ./futex_selftest");
    const auto options = std::make_shared<run_options>();
    run->add_flag("--upstream", options->upstream,
                  "Answer as Linux 6.18 does: words of 32 bits alone, hints that stay");
    run->add_flag("--strict", options->strict,
                  "Answer EFAULT where the kernel does, at the price of a system call or more");
    run->add_flag("--trap", options->trap,
                  "Take also calls that are made by the instruction itself (slow; x86-64)");
    run->add_flag("--stats", options->stats, "Print what calls there were, and what came of them");
    const CLI::Option* trace =
        run->add_option("--trace", options->trace, "Write the calls as a trace for Perfetto")
            ->type_name("FILE");
    run->callback([run, trace, rest, options, &status] {
        if (trace->count() > 0) check_trace(*options);
        std::vector<std::string> left = run->remaining();
        std::vector<char*> program = program_of(left, rest);
        load_first(preload_library());
        setenv("FUTEX2_RUN", options->text().c_str(), 1);
        if (options->trap) give_up_privileges();
        status = execute(std::move(program));
    });
}

}  // namespace futex2::command
