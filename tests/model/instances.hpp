// SPDX-License-Identifier: MIT
// What relacy makes of types that are not the engine's. main.cpp has it compiled, so that the
// many ways of breaking the engine have not.
#pragma once

#include "model/relacy.hpp"

#ifndef MODEL_INSTANCES
#define MODEL_INSTANCES extern
#endif

MODEL_INSTANCES template class rl::generic_atomic<bool, false>;
MODEL_INSTANCES template class rl::generic_atomic<int, false>;
MODEL_INSTANCES template class rl::generic_atomic<unsigned, false>;
MODEL_INSTANCES template class rl::generic_atomic<unsigned long, false>;
MODEL_INSTANCES template class rl::var<bool>;
MODEL_INSTANCES template class rl::var<int>;
MODEL_INSTANCES template class rl::var<unsigned char>;
MODEL_INSTANCES template class rl::var<unsigned>;
MODEL_INSTANCES template class rl::var<unsigned long>;

// Relacy's own strings.
using rl_traits = std::char_traits<char>;
using rl_allocator = rl::raw_allocator<char>;
MODEL_INSTANCES template class std::basic_string<char, rl_traits, rl_allocator>;
MODEL_INSTANCES template class std::basic_stringbuf<char, rl_traits, rl_allocator>;
MODEL_INSTANCES template class std::basic_ostringstream<char, rl_traits, rl_allocator>;
