// SPDX-License-Identifier: MIT
// The lists that sysfs prints for sets of nodes and CPUs: "0-3,8,10-11\n".
#pragma once

#include <stddef.h>
#include <stdint.h>

namespace futex2::topology {

/** The numbers 0 to limit - 1, some of them present; all-zero is the empty set. */
template <int limit>
struct number_set {
    static_assert(limit > 0 && limit % 64 == 0);
    uint64_t words[limit / 64];
};

/**
 * Reads one list piece by piece, so that no buffer has to hold a whole file:
 *
 *     list   = [item {"," item}] ["\n"]
 *     item   = number ["-" number]        (the second not below the first)
 *
 * The numbers go into `bits` while they are read, so after a refused list
 * `bits` holds a part of it. Order and repetition are not looked at.
 */
class list_parser {
  public:
    /** bits: limit / 64 words; every number has to be below limit. */
    list_parser(uint64_t* bits, int limit) : bits_(bits), limit_(limit) {}

    /** Takes the next piece; false as soon as the text cannot be a list. */
    bool feed(const char* text, size_t size) {
        bool good = true;
        for (size_t i = 0; good && i < size; ++i) {
            good = take(text[i]);
        }
        return good;
    }

    /** At the end of the text; false if it breaks off within an item. */
    bool finish() {
        switch (state_) {
            case state::number:
                return close_item();
            case state::start:
            case state::ended:
                return true;
            case state::expect:
                break;
        }
        return false;
    }

  private:
    enum class state {
        start,   // nothing read yet: a number, or the end of an empty list
        expect,  // after "," or "-": a number has to follow
        number,  // within a number
        ended,   // after the newline: nothing may follow
    };

    bool take(char c) {
        if (c >= '0' && c <= '9') {
            return take_digit(c - '0');
        }
        if (c == '\n' && state_ == state::start) {
            state_ = state::ended;
            return true;
        }
        if (state_ != state::number) {
            return false;
        }
        switch (c) {
            case '-':
                return open_range();
            case ',':
                state_ = state::expect;
                return close_item();
            case '\n':
                state_ = state::ended;
                return close_item();
            default:
                return false;
        }
    }

    bool take_digit(int digit) {
        if (state_ == state::ended) {
            return false;
        }
        state_ = state::number;
        // Below limit before each step, so that it cannot overflow.
        number_ = number_ * 10 + digit;
        return number_ < limit_;
    }

    bool open_range() {
        if (first_ >= 0) {
            return false;  // "1-2-3"
        }
        first_ = number_;
        number_ = 0;
        state_ = state::expect;
        return true;
    }

    bool close_item() {
        const int first = first_ >= 0 ? first_ : number_;
        if (first > number_) {
            return false;
        }
        for (int n = first; n <= number_; ++n) {
            bits_[n / 64] |= uint64_t{1} << (n % 64);
        }
        first_ = -1;
        number_ = 0;
        return true;
    }

    uint64_t* bits_;
    int limit_;
    state state_ = state::start;
    int first_ = -1;  // of the range whose end is being read; -1: no range
    int number_ = 0;
};

}  // namespace futex2::topology
