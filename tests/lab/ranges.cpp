// SPDX-License-Identifier: MIT
#include "lab/ranges.hpp"

#include <futex2/testing.h>

#include <cstdint>
#include <cstdio>

#include "abi/instance.hpp"

extern "C" char __executable_start, _end;  // of the whole program, by the linker

namespace futex2::lab {

void tell(const char* kind, const void* begin, size_t bytes) {
    const auto first = reinterpret_cast<uintptr_t>(begin);
    std::printf("range %s %lx %lx\n", kind, first, first + bytes);
}

// The program's own memory, in which the library's is, and what the library keeps for the
// process.
void tell_constants() {
    tell("constants", &__executable_start, static_cast<size_t>(&_end - &__executable_start));
    const abi::native_process* p = abi::instance();
    tell("constants", p, sizeof *p);
    tell("constants", p->generation_word, sizeof *p->generation_word);
}

void tell_tables() {
    futex2_testing_table table;
    for (int i = 0; futex2_testing_table_of(i, &table) == 0; ++i)
        tell("table", table.address, table.bytes);
}

void tell_seat() {
    const auto& seat = engine::thread<abi::native>::self().own;
    tell("parker", seat.parking, sizeof *seat.parking);
    tell("entry", seat.place, sizeof *seat.place);
}

}  // namespace futex2::lab
