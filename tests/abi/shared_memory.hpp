// SPDX-License-Identifier: MIT
// Memory that processes share, and words in it.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "abi/word.hpp"

namespace futex2::abi_test {

/** Where memory that processes share comes from. */
enum class origin { anonymous, memfd, shm_open, file };

inline constexpr origin all_origins[] = {origin::anonymous, origin::memfd, origin::shm_open,
                                         origin::file};
std::string name_of(origin from);

/** A page of it, all zero, at one address or at two. */
class shared_page {
  public:
    explicit shared_page(origin from);
    shared_page(const shared_page&) = delete;
    shared_page& operator=(const shared_page&) = delete;
    ~shared_page();

    void* address() const { return address_; }

    /** The same memory at another address; not of anonymous memory. */
    void* map_again();

  private:
    int file_ = -1;
    void* address_;
    std::vector<void*> others_;
};

/** The kernel's 32-bit word on which the waits for a word of that kind sleep. */
uint32_t* kernel_word(void* word, word_kind kind);

/** How many sleep there. */
int sleepers_on(void* word, word_kind kind);

/**
 * A child process that calls the function and ends with its answer, which is from 0 to 127 or
 * a negative errno. If this process dies, so does the child.
 */
class child {
  public:
    explicit child(const std::function<int()>& body);
    child(const child&) = delete;
    child& operator=(const child&) = delete;
    ~child();

    int id() const { return id_; }
    /** Waits for its end. An end by a signal is INT_MIN. */
    int result();

  private:
    int id_;
    bool ended_ = false;
    int result_ = 0;
};

}  // namespace futex2::abi_test
