// SPDX-License-Identifier: MIT
// Whether a file is libfutex2_run.so. Of one that is not there, or is none, the loader says so
// and runs the program without it.
#pragma once

#include "run/file_bytes.hpp"

namespace futex2::run {

// What that file says of itself, among its notes: Elf64_Nhdr (7 bytes of name, 0 of description,
// type 1), name. preload.cpp puts it there.
inline constexpr char library_note[] = "\7\0\0\0\0\0\0\0\1\0\0\0futex2\0";

// A linker puts a few notes into one segment.
inline constexpr size_t most_notes = 512;

#ifdef __x86_64__
inline constexpr Elf64_Half machine = EM_X86_64;
#else
inline constexpr Elf64_Half machine = EM_AARCH64;
#endif

inline bool has_library_note(const file_bytes& file, const Elf64_Phdr& segment) {
    char notes[most_notes];
    if (segment.p_type != PT_NOTE) return false;
    const size_t all = segment.p_filesz < most_notes ? segment.p_filesz : most_notes;
    const size_t got = file.read(notes, all, segment.p_offset);
    return memmem(notes, got, library_note, sizeof library_note) != nullptr;
}

inline bool is_run_library(const char* path) {
    const file_bytes file(path);
    Elf64_Ehdr header;
    if (file.read(&header, sizeof header, 0) != sizeof header) return false;
    if (!is_elf64(header) || header.e_type != ET_DYN || header.e_machine != machine) return false;
    return any_segment(file, header, false,
                       [&](const Elf64_Phdr& segment) { return has_library_note(file, segment); });
}

}  // namespace futex2::run
