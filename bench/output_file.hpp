// SPDX-License-Identifier: MIT
// A file that is written whole or not at all.
#pragma once

#include <optional>
#include <string>

namespace futex2::bench {

/**
 * A regular file is written beside its place, synced and renamed: whoever looks
 * sees the old one or the new one. A device or a pipe is written as it is, and a
 * symbolic link is followed. What fails throws std::system_error, with no
 * temporary file left.
 */
class output_file {
  public:
    /** Throws already here if the file could not be written. */
    explicit output_file(const std::string& path);

    void write(const std::string& text) const;

  private:
    void replace(const std::string& text) const;
    void write_through(const std::string& text) const;

    std::string path_;
    bool regular_ = true;  // or not there yet
    unsigned mode_ = 0;    // of the new file
};

/**
 * The file that an option names, none for "". One that could not be written is a bad
 * argument: std::invalid_argument.
 */
std::optional<output_file> output_file_of(const std::string& option);

}  // namespace futex2::bench
