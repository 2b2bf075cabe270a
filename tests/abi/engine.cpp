// SPDX-License-Identifier: MIT
#include "abi/engine.hpp"

#include <futex2/testing.h>

#include <cstdlib>
#include <fstream>

#include "kernel/calls.hpp"

namespace futex2::abi_test {
namespace {

constexpr unsigned plain = FUTEX2_SIZE_U32 | FUTEX2_PRIVATE;

int kernel_wait(void* word, uint64_t expected, uint64_t mask, unsigned flags,
                const timespec* deadline, clockid_t clock) {
    return static_cast<int>(kernel::wait(word, expected, mask, flags, deadline, clock));
}

int kernel_wake(void* word, uint64_t mask, int count, unsigned flags) {
    return static_cast<int>(kernel::wake(word, mask, count, flags));
}

int kernel_waitv(futex_waitv* words, unsigned n, unsigned flags, const timespec* deadline,
                 clockid_t clock) {
    return static_cast<int>(kernel::waitv(words, n, flags, deadline, clock));
}

int kernel_requeue(futex_waitv* from_to, unsigned flags, int wake, int requeue) {
    return static_cast<int>(kernel::requeue(from_to, flags, wake, requeue));
}

int library_highest_node() {
    const int count = futex2_node_count();
    futex2_testing_table last = {};
    if (count < 1 || futex2_testing_table_of(count - 1, &last) != 0) {
        std::abort();  // nothing below means anything without nodes
    }
    return last.node;
}

// The list ends with the highest node: "0", "0-3", "0,2-5".
int kernel_highest_node() {
    std::ifstream file("/sys/devices/system/node/possible");
    std::string list;
    if (!(file >> list)) {
        return 0;
    }
    const size_t last = list.find_last_of(",-");
    return std::stoi(last == std::string::npos ? list : list.substr(last + 1));
}

std::string missing_calls() {
    uint32_t word = 0;
    if (kernel_wake(&word, UINT32_MAX, 0, plain) != 0) {
        return "this kernel has no system calls 454 to 456";
    }
    return kernel_waitv(nullptr, 0, 0, nullptr, 0) == -ENOSYS ? "this kernel has no futex_waitv"
                                                              : "";
}

std::string missing_numa() {
    futex32_numa word = {0, 0};
    return kernel_wake(&word, UINT32_MAX, 0, plain | FUTEX2_NUMA) == 0
               ? ""
               : "this kernel has no FUTEX2_NUMA";
}

// Of FUTEX2_KERNEL: names with commas between them.
bool is_named(std::string_view list, std::string_view name) {
    const size_t end = list.find(',');
    return list.substr(0, end) == name ||
           (end != std::string_view::npos && is_named(list.substr(end + 1), name));
}

}  // namespace

bool library_uses(std::string_view calls) {
    const char* list = getenv("FUTEX2_KERNEL");
    if (list != nullptr && !is_named(list, calls)) return false;
    uint32_t word = 0;
    return calls == "waitv" ? kernel_waitv(nullptr, 0, 0, nullptr, 0) != -ENOSYS
                            : kernel_wake(&word, UINT32_MAX, 0, plain) == 0;
}

const engine& library() {
    static const engine instance = {
        .name = "library",
        .wait = futex2_wait,
        .wake = futex2_wake,
        .waitv = futex2_waitv,
        .requeue = futex2_requeue,
        .highest_node = library_highest_node(),
        .missing = "",
        .missing_numa = "",
    };
    return instance;
}

const engine& kernel() {
    static const engine instance = [] {
        engine made = {
            .name = "kernel",
            .wait = kernel_wait,
            .wake = kernel_wake,
            .waitv = kernel_waitv,
            .requeue = kernel_requeue,
            .highest_node = kernel_highest_node(),
            .missing = missing_calls(),
            .missing_numa = "",
        };
        made.missing_numa = made.missing.empty() ? missing_numa() : made.missing;
        return made;
    }();
    return instance;
}

}  // namespace futex2::abi_test
