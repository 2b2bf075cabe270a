// SPDX-License-Identifier: MIT
#include "run/execution.hpp"

#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <string.h>

#include "run/kernel_call.hpp"
#include "run/options.hpp"
#include "run/program_file.hpp"

namespace futex2::run {
namespace {

constexpr char loader_variable[] = "LD_PRELOAD=";
constexpr char own_variable[] = "FUTEX2_RUN=";

// "FUTEX2_RUN=...", and this library's file. Written while this library is loaded.
constinit char kept_options[2 * PATH_MAX];
constinit char kept_library[PATH_MAX];

bool begins_with(const char* text, const char* beginning) {
    return strncmp(text, beginning, strlen(beginning)) == 0;
}

const char* entry_of(char* const* environment, const char* name_and_sign) {
    for (; environment != nullptr && *environment != nullptr; ++environment)
        if (begins_with(*environment, name_and_sign)) return *environment;
    return nullptr;
}

size_t entries_of(char* const* environment) {
    size_t n = 0;
    while (environment != nullptr && environment[n] != nullptr) ++n;
    return n;
}

// The given one with both variables as they must be. Of two entries of one name the loader takes
// the last: the given ones are left out.
struct whole_environment {
    char* const* given;
    const char* loader_old;

    explicit whole_environment(char* const* entries)
        : given(entries), loader_old(entry_of(entries, loader_variable)) {}

    bool is_whole_already() const {
        return loader_old != nullptr && strstr(loader_old, kept_library) != nullptr &&
               entry_of(given, own_variable) != nullptr;
    }
    const char* loaded_before() const {
        return loader_old == nullptr ? "" : loader_old + sizeof loader_variable - 1;
    }
    size_t loader_bytes() const {
        return sizeof loader_variable + strlen(kept_library) + 1 + strlen(loaded_before());
    }
    void put_loader(char* text) const {
        char* end = stpcpy(stpcpy(text, loader_variable), kept_library);
        if (*loaded_before() != '\0') stpcpy(stpcpy(end, ":"), loaded_before());
    }
    size_t most_entries() const { return entries_of(given) + 3; }
    void put(char** all, char* loader) const {
        *all++ = loader;
        *all++ = kept_options;
        for (size_t i = 0, n = entries_of(given); i < n; ++i)
            if (!begins_with(given[i], loader_variable) && !begins_with(given[i], own_variable))
                *all++ = given[i];
        *all = nullptr;
    }
};

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

// How execveat(2) finds the file, as one name. False: too long, as the kernel will say.
bool name_of(const call& c, char* name, size_t bytes) {
    const char* path = c.pointer<const char>(1);
    if (strlen(path) + sizeof folder_of_files + longest_number + 1 > bytes) return false;
    const bool by_number = path[0] == '\0' && (c.u32(4) & AT_EMPTY_PATH) != 0;
    if (by_number)
        put_file_number(name, c.u32(0));
    else if (path[0] == '/' || c.i32(0) == AT_FDCWD)
        stpcpy(name, path);
    else
        stpcpy(stpcpy(put_file_number(name, c.u32(0)), "/"), path);
    return true;
}

void refuse(const char* name) {
    const char* const parts[] = {"futex2: run: ", name,
                                 ": is statically linked: --trap would kill it; not run\n"};
    for (const char* part : parts) platform::system_call(SYS_write, 2, part, strlen(part));
}

// execve(2) in terms of execveat(2), which can carry the mark.
call as_execveat(const call& c) {
    if (c.number == SYS_execveat) return c;
    return {SYS_execveat, {AT_FDCWD, c.argument[0], c.argument[1], c.argument[2], 0, 0}};
}

}  // namespace

bool keep_environment(char** environment) {
    const char* own = entry_of(environment, own_variable);
    Dl_info here;
    if (own == nullptr || strlen(own) >= sizeof kept_options) return false;
    if (dladdr(reinterpret_cast<const void*>(&keep_environment), &here) == 0) return false;
    if (strlen(here.dli_fname) >= sizeof kept_library) return false;
    stpcpy(kept_options, own);
    stpcpy(kept_library, here.dli_fname);
    return true;
}

// In a signal handler, perhaps in a child of vfork(): what it needs lies on the stack.
long execute(const call& c) {
    call changed = as_execveat(c);
    char name[PATH_MAX];
    if (changed.argument[1] != 0 && name_of(changed, name, sizeof name) &&
        is_statically_linked(name)) {
        refuse(name);
        return -EPERM;
    }
    const whole_environment whole(changed.pointer<char* const>(3));
    if (whole.is_whole_already()) return kernel_call(changed);
    auto* loader = static_cast<char*>(__builtin_alloca(whole.loader_bytes()));
    whole.put_loader(loader);
    auto** all = static_cast<char**>(__builtin_alloca(whole.most_entries() * sizeof(char*)));
    whole.put(all, loader);
    changed.argument[3] = reinterpret_cast<long>(all);
    return kernel_call(changed);
}

}  // namespace futex2::run
