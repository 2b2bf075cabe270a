// SPDX-License-Identifier: MIT
// Whether a library can be loaded before a program: not where it is statically linked.
#pragma once

#include "run/file_bytes.hpp"

namespace futex2::run {

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
    return !any_segment(file, header, true,
                        [](const Elf64_Phdr& segment) { return segment.p_type == PT_INTERP; });
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
        if (got < sizeof header) return false;
        memcpy(&header, text, sizeof header);
        return is_elf64(header) && is_static(file, header) && !is_loader(path);
    }
    return false;
}

}  // namespace futex2::run
