// SPDX-License-Identifier: MIT
// A user's program in C++: the installed header compiles, and the library answers.
#include <futex2/futex.hpp>

int main() {
    return futex2_node_count() >= 1 ? 0 : 1;
}
