// SPDX-License-Identifier: MIT
#include "run/execution.hpp"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "run/environment.hpp"
#include "run/kernel_call.hpp"
#include "run/library_file.hpp"
#include "run/program_file.hpp"

namespace futex2::run {
namespace {

// "/proc/self/fd/N", into which the longest N fits.
constexpr char folder_of_files[] = "/proc/self/fd/";
constexpr size_t longest_number = 10;

char* put_file_number(char* at, unsigned n) {
    char digits[longest_number + 1] = {};
    char* first = digits + longest_number;
    do {
        *--first = static_cast<char>('0' + n % 10);
        n /= 10;
    } while (n > 0);
    return stpcpy(stpcpy(at, folder_of_files), first);
}

bool is_by_number(const call& c) {
    return *c.pointer<const char>(1) == '\0' && (c.u32(4) & AT_EMPTY_PATH) != 0;
}

// How execveat(2) finds the file, as one name.
size_t most_bytes_of_name(const call& c) {
    return sizeof folder_of_files + longest_number + 1 + strlen(c.pointer<const char>(1));
}
void put_name(const call& c, char* name) {
    const char* path = c.pointer<const char>(1);
    if (is_by_number(c))
        put_file_number(name, c.u32(0));
    else if (path[0] == '/' || c.i32(0) == AT_FDCWD)
        stpcpy(name, path);
    else
        stpcpy(stpcpy(put_file_number(name, c.u32(0)), "/"), path);
}

// Else the kernel has another answer to give.
bool can_be_run(const call& c) {
    return is_by_number(c) ||
           platform::system_call(SYS_faccessat, c.i32(0), c.argument[1], X_OK) == 0;
}

// The loader of a program that has privileges takes no library from the environment.
bool has_privileges() {
    using platform::system_call;
    return system_call(SYS_getuid) != system_call(SYS_geteuid) ||
           system_call(SYS_getgid) != system_call(SYS_getegid);
}

// Why the program would be killed at its first futex call, or null.
const char* obstacle_to(const call& c, const char* name) {
    if (is_statically_linked(name)) return "is statically linked";
    if (!can_be_run(c)) return nullptr;
    if (has_privileges()) return "would be run with another's rights, without this library";
    // In another root, or without the right to read it.
    if (!is_run_library(library_to_load())) return "cannot load this library";
    return nullptr;
}

// Has a frame of its own, and so gives its stack back.
[[gnu::noinline]] bool refuse(const call& c) {
    if (c.argument[1] == 0 || strlen(c.pointer<const char>(1)) >= PATH_MAX) return false;
    auto* name = static_cast<char*>(__builtin_alloca(most_bytes_of_name(c)));
    put_name(c, name);
    const char* why = obstacle_to(c, name);
    if (why == nullptr) return false;
    const char* const parts[] = {"futex2: run: ", name, ": ", why,
                                 ": --trap would kill it; not run\n"};
    for (const char* part : parts) platform::system_call(SYS_write, 2, part, strlen(part));
    return true;
}

// execve(2) in terms of execveat(2), which can carry the mark.
call as_execveat(const call& c) {
    if (c.number == SYS_execveat) return c;
    return {SYS_execveat, {AT_FDCWD, c.argument[0], c.argument[1], c.argument[2], 0, 0}};
}

}  // namespace

// In a signal handler, perhaps in a child of vfork(): what it needs lies on the stack.
long execute(const call& c) {
    call changed = as_execveat(c);
    if (refuse(changed)) return -EPERM;
    const whole_environment whole(changed.pointer<char* const>(3));
    auto** all = static_cast<char**>(__builtin_alloca(whole.most_entries() * sizeof(char*)));
    whole.put(all, static_cast<char*>(__builtin_alloca(whole.most_bytes())));
    changed.argument[3] = reinterpret_cast<long>(all);
    return kernel_call(changed);
}

}  // namespace futex2::run
