// SPDX-License-Identifier: MIT
#include "run/new_file.hpp"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

namespace futex2::run {
namespace {

constexpr int most_links = 40;  // as the kernel has it
constexpr mode_t all_rights = 0777, rights_of_group = 0070;

// What a new file in its place must have. A group that cannot be given to it is not replaced by
// another one that could then read it.
int make_like(int file, const struct stat& old) {
    mode_t mode = old.st_mode & all_rights;
    if (fchown(file, old.st_uid, old.st_gid) != 0) mode &= ~rights_of_group;
    return fchmod(file, mode) == 0 ? 0 : errno;
}

// 0, or why the file is not to be replaced.
int objection_to(const char* name, const struct stat& old) {
    if (S_ISDIR(old.st_mode)) return EISDIR;
    if (!S_ISREG(old.st_mode)) return ENOTSUP;
    return faccessat(AT_FDCWD, name, W_OK, AT_EACCESS) == 0 ? 0 : errno;
}

}  // namespace

new_file::new_file(const char* name) {
    follow_links(name);
    if (good()) create();
}

new_file::~new_file() {
    if (file_ < 0) return;
    close(file_);
    if (!good()) unlink(unfinished_);
}

void new_file::fail(int error) {
    if (error_ == 0) error_ = error;
}

// Also where the last one leads to nothing, as the kernel does it when it creates a file.
void new_file::follow_links(const char* name) {
    if (strlen(name) >= sizeof name_) return fail(ENAMETOOLONG);
    stpcpy(name_, name);
    char link[PATH_MAX];
    for (int i = 0; good(); ++i) {
        const ssize_t length = readlink(name_, link, sizeof link - 1);
        if (length < 0) return;  // it is none
        if (i == most_links) return fail(ELOOP);
        link[length] = '\0';
        follow(link);
    }
}

void new_file::follow(const char* link) {
    char* slash = *link == '/' ? nullptr : strrchr(name_, '/');
    char* end = slash == nullptr ? name_ : slash + 1;
    if (static_cast<size_t>(end - name_) + strlen(link) >= sizeof name_) return fail(ENAMETOOLONG);
    stpcpy(end, link);
}

void new_file::create() {
    struct stat old;
    const bool replaces = stat(name_, &old) == 0;
    if (const int error = replaces ? objection_to(name_, old) : 0; error != 0) return fail(error);
    snprintf(unfinished_, sizeof unfinished_, "%s.%d.unfinished", name_, getpid());
    unlink(unfinished_);  // of a process that was killed, or somebody's link
    file_ = open(unfinished_, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, replaces ? 0600 : 0666);
    if (file_ < 0) return fail(errno);
    if (replaces) fail(make_like(file_, old));
}

void new_file::print(const char* format, ...) {
    va_list arguments;
    va_start(arguments, format);
    const int length = vsnprintf(text_ + used_, longest, format, arguments);
    va_end(arguments);
    used_ += static_cast<size_t>(length < longest ? length : longest - 1);
    if (used_ > sizeof text_ - longest) flush();
}

int new_file::finish() {
    flush();
    if (good() && rename(unfinished_, name_) != 0) fail(errno);
    return error_;
}

void new_file::flush() {
    for (size_t at = 0; good() && at < used_;) {
        const ssize_t n = write(file_, text_ + at, used_ - at);
        if (n >= 0)
            at += static_cast<size_t>(n);
        else if (errno != EINTR)
            fail(errno);
    }
    used_ = 0;
}

}  // namespace futex2::run
