// SPDX-License-Identifier: MIT
// The environment that a new program must have while --trap is on.
#pragma once

#include <stddef.h>

namespace futex2::run {

/** Keeps what such an environment has, while this library is loaded. False: it is too long. */
bool keep_environment(char** environment);

/** Where this library's file is. */
const char* library_to_load();

/** The given one with both variables as they must be, once each. Needs no memory of its own. */
class whole_environment {
  public:
    explicit whole_environment(char* const* given);

    size_t most_entries() const { return count_ + 3; }
    size_t most_bytes() const;
    /** Both have that room. */
    void put(char** entries, char* text) const;

  private:
    char* put_loader(char* text) const;
    void put_options(char* text) const;

    char* const* given_;
    size_t count_ = 0;
    const char* libraries_ = "";
    const char* options_;
};

}  // namespace futex2::run
