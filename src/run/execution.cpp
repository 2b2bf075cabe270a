// SPDX-License-Identifier: MIT
#include "run/execution.hpp"

#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "run/kernel_call.hpp"
#include "run/library_file.hpp"
#include "run/program_file.hpp"

namespace futex2::run {
namespace {

constexpr char loader_variable[] = "LD_PRELOAD=";
constexpr char own_variable[] = "FUTEX2_RUN=";
constexpr char options_of_nobody[] = "FUTEX2_RUN=trap";

// "FUTEX2_RUN=...", and this library's file. Written while this library is loaded.
constinit char kept_options[2 * PATH_MAX];
constinit char kept_library[PATH_MAX];

bool begins_with(const char* text, const char* beginning) {
    return strncmp(text, beginning, strlen(beginning)) == 0;
}

// Its value, or null.
const char* value_in(const char* entry, const char* name_and_sign) {
    return begins_with(entry, name_and_sign) ? entry + strlen(name_and_sign) : nullptr;
}

// What the loader splits LD_PRELOAD at.
constexpr char between_libraries[] = " :";

bool has_library(const char* list, const char* library) {
    const size_t wanted = strlen(library);
    for (list += strspn(list, between_libraries); *list != '\0';
         list += strspn(list, between_libraries)) {
        const size_t length = strcspn(list, between_libraries);
        if (length == wanted && memcmp(list, library, length) == 0) return true;
        list += length;
    }
    return false;
}

// The given one with both variables as they must be, once each.
class whole_environment {
  public:
    explicit whole_environment(char* const* entries) : given_(entries) {
        for (; entries != nullptr && *entries != nullptr; ++entries, ++count_) {
            // Of two entries of one name the loader takes the last one.
            if (const char* libraries = value_in(*entries, loader_variable)) libraries_ = libraries;
            // And options.cpp the first.
            if (options_ == nullptr && begins_with(*entries, own_variable)) options_ = *entries;
        }
    }

    size_t loader_bytes() const {
        return sizeof loader_variable + strlen(kept_library) + 1 + strlen(libraries_);
    }
    size_t most_entries() const { return count_ + 3; }

    void put(char** all, char* loader) const {
        put_loader(loader);
        *all++ = loader;
        *all++ = const_cast<char*>(options_ == nullptr ? kept_options : options_);
        for (size_t i = 0; i < count_; ++i)
            if (!begins_with(given_[i], loader_variable) && !begins_with(given_[i], own_variable))
                *all++ = given_[i];
        *all = nullptr;
    }

  private:
    void put_loader(char* text) const {
        text = stpcpy(text, loader_variable);
        if (!has_library(libraries_, kept_library)) {
            text = stpcpy(text, kept_library);
            if (*libraries_ != '\0') text = stpcpy(text, ":");
        }
        stpcpy(text, libraries_);
    }

    char* const* given_;
    size_t count_ = 0;
    const char* libraries_ = "";
    const char* options_ = nullptr;  // the whole entry
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
    if (!is_run_library(kept_library)) return "cannot load this library";
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

bool keep_library(const char* file) {
    // Another program may be started in another folder.
    if (*file != '/') return realpath(file, kept_library) != nullptr;
    if (strlen(file) >= sizeof kept_library) return false;
    stpcpy(kept_library, file);
    return true;
}

}  // namespace

bool keep_environment(char** environment) {
    Dl_info here;
    if (dladdr(reinterpret_cast<const void*>(&keep_environment), &here) == 0) return false;
    if (!keep_library(here.dli_fname)) return false;
    const char* own = nullptr;
    for (; own == nullptr && *environment != nullptr; ++environment)
        if (begins_with(*environment, own_variable)) own = *environment;
    if (own == nullptr) own = options_of_nobody;
    if (strlen(own) >= sizeof kept_options) return false;
    stpcpy(kept_options, own);
    return true;
}

// In a signal handler, perhaps in a child of vfork(): what it needs lies on the stack.
long execute(const call& c) {
    call changed = as_execveat(c);
    if (refuse(changed)) return -EPERM;
    const whole_environment whole(changed.pointer<char* const>(3));
    auto* loader = static_cast<char*>(__builtin_alloca(whole.loader_bytes()));
    auto** all = static_cast<char**>(__builtin_alloca(whole.most_entries() * sizeof(char*)));
    whole.put(all, loader);
    changed.argument[3] = reinterpret_cast<long>(all);
    return kernel_call(changed);
}

}  // namespace futex2::run
