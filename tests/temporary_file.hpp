// SPDX-License-Identifier: MIT
#pragma once

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>

namespace futex2 {

/** A file that is gone at the end. */
class temporary_file {
  public:
    explicit temporary_file(const std::string& text = "") {
        const int file = mkstemp(name_.data());
        if (file < 0) throw std::runtime_error("no temporary file");
        close(file);
        std::ofstream(name_) << text;
    }
    ~temporary_file() { unlink(name_.c_str()); }
    temporary_file(const temporary_file&) = delete;
    temporary_file& operator=(const temporary_file&) = delete;

    const std::string& name() const { return name_; }
    std::string text() const {
        std::ifstream file(name_);
        return {std::istreambuf_iterator<char>(file), {}};
    }

  private:
    std::string name_ = std::string(P_tmpdir) + "/futex2-test-XXXXXX";
};

}  // namespace futex2
