// SPDX-License-Identifier: MIT
// Whether a library can be loaded before a program: not where it is statically linked.
#pragma once

#include <elf.h>
#include <fcntl.h>
#include <string.h>

#include "platform/system_call.hpp"

namespace futex2::run {

// An open file. By system calls alone: this is also asked in a signal handler.
class file_bytes {
  public:
    explicit file_bytes(const char* path)
        : file_(platform::system_call(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC)) {}
    file_bytes(const file_bytes&) = delete;
    file_bytes& operator=(const file_bytes&) = delete;
    ~file_bytes() {
        if (file_ >= 0) platform::system_call(SYS_close, file_);
    }

    // How many bytes there are of `bytes` from `offset` on; 0 where the file cannot be read.
    size_t read(void* into, size_t bytes, uint64_t offset) const {
        if (file_ < 0) return 0;
        const long got = platform::system_call(SYS_pread64, file_, into, bytes, offset);
        return got > 0 ? static_cast<size_t>(got) : 0;
    }

  private:
    const long file_;
};

inline constexpr size_t script_line = 256;  // the kernel's BINPRM_BUF_SIZE
inline constexpr int most_interpreters = 5;

// The program that a script's first line names, which is cut out of it.
inline const char* interpreter_in(char* line) {
    char* name = line + 2;
    name += strspn(name, " \t");
    name[strcspn(name, " \t\n")] = '\0';
    return name;
}

// An ELF file of this machine that names no loader.
inline bool is_static(const file_bytes& file, const Elf64_Ehdr& header) {
    if (header.e_type != ET_EXEC && header.e_type != ET_DYN) return false;
    for (unsigned i = 0; i < header.e_phnum; ++i) {
        Elf64_Phdr segment;
        const uint64_t at = header.e_phoff + uint64_t{i} * header.e_phentsize;
        if (file.read(&segment, sizeof segment, at) != sizeof segment) return false;
        if (segment.p_type == PT_INTERP) return false;
    }
    return true;
}

// The loader itself, which a program can be given to, needs none.
inline bool is_loader(const char* path) {
    const char* slash = strrchr(path, '/');
    const char* name = slash == nullptr ? path : slash + 1;
    return strncmp(name, "ld-linux", 8) == 0 || strcmp(name, "ld.so") == 0;
}

// Of a script, its interpreter. False also for what is no program at all: the kernel says so.
inline bool is_statically_linked(const char* path) {
    char line[2][script_line + 1];
    for (int i = 0; i < most_interpreters; ++i) {
        const file_bytes file(path);
        char* text = line[i % 2];
        const size_t got = file.read(text, script_line, 0);
        text[got] = '\0';
        if (got >= 2 && text[0] == '#' && text[1] == '!') {
            path = interpreter_in(text);
            continue;
        }
        Elf64_Ehdr header;
        if (got < sizeof header || memcmp(text, ELFMAG, SELFMAG) != 0) return false;
        memcpy(&header, text, sizeof header);
        return header.e_ident[EI_CLASS] == ELFCLASS64 && is_static(file, header) &&
               !is_loader(path);
    }
    return false;
}

}  // namespace futex2::run
