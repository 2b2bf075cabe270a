// SPDX-License-Identifier: MIT
// A file that is written whole or not at all.
#pragma once

#include <limits.h>
#include <stddef.h>

namespace futex2::run {

// Takes its name when it is complete. Of a symbolic link that name is where it leads; a file that
// is there already is replaced by one of its mode and owner. Without exceptions: what goes
// wrong first is what finish() returns.
class new_file {
  public:
    explicit new_file(const char* name);
    new_file(const new_file&) = delete;
    new_file& operator=(const new_file&) = delete;
    ~new_file();

    [[gnu::format(printf, 2, 3)]] void print(const char* format, ...);

    // 0 or an errno.
    int finish();

  private:
    static constexpr int longest = 512;  // of one print()

    bool good() const { return error_ == 0; }
    void fail(int error);
    void follow_links(const char* name);
    void follow(const char* link);
    void create();
    void flush();

    char name_[PATH_MAX];
    char unfinished_[PATH_MAX + 32];
    int file_ = -1;
    int error_ = 0;
    size_t used_ = 0;
    char text_[16384];
};

}  // namespace futex2::run
