// SPDX-License-Identifier: MIT
// A file's bytes, and an ELF file's segments.
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

// One of a 64-bit program or library.
inline bool is_elf64(const Elf64_Ehdr& header) {
    return memcmp(header.e_ident, ELFMAG, SELFMAG) == 0 && header.e_ident[EI_CLASS] == ELFCLASS64;
}

// Whether one of the segments is so; `otherwise` where they cannot be read.
template <class F>
bool any_segment(const file_bytes& file, const Elf64_Ehdr& header, bool otherwise, F is_so) {
    for (unsigned i = 0; i < header.e_phnum; ++i) {
        Elf64_Phdr segment;
        const uint64_t at = header.e_phoff + uint64_t{i} * header.e_phentsize;
        if (file.read(&segment, sizeof segment, at) != sizeof segment) return otherwise;
        if (is_so(segment)) return true;
    }
    return false;
}

}  // namespace futex2::run
