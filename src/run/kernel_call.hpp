// SPDX-License-Identifier: MIT
// System calls that the filter of --trap lets through.
#pragma once

#include "run/marker.hpp"

namespace futex2::run {

inline long kernel_call(const call& c) {
    const call its = with_mark(c);
    const long* in = its.argument;
    return platform::call_kernel(its.number, in[0], in[1], in[2], in[3], in[4], in[5]);
}

template <class... A>
long kernel_call(long number, A... arguments) {
    return kernel_call(call{number, {platform::in_register(arguments)...}});
}

}  // namespace futex2::run
