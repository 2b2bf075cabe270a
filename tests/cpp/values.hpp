// SPDX-License-Identifier: MIT
// What the words of the tests hold.
#pragma once

#include <bit>
#include <cstdint>
#include <futex2/word.hpp>

namespace futex2::test {

enum class color : std::uint8_t {};
enum class state : std::int32_t {};
// Less aligned than it is large: std::atomic of it needs libatomic under clang, a futex does not.
struct pair_of_shorts {
    std::int16_t first, second;
};
struct alignas(4) aligned_pair {
    std::int16_t first, second;
};

// Two values that differ.
template <class T>
const T a = std::bit_cast<T>(detail::bits_of<T>{0});
template <class T>
const T b = std::bit_cast<T>(detail::bits_of<T>{1});

}  // namespace futex2::test
