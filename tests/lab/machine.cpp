// SPDX-License-Identifier: MIT
#include "lab/machine.hpp"

#include <sched.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <sstream>
#include <stdexcept>
#include <string>
#include <system_error>

namespace futex2::lab {
namespace {

std::vector<std::string> words_of(const char* variable) {
    const char* text = std::getenv(variable);
    if (text == nullptr) throw std::runtime_error(std::string(variable) + " is not set");
    std::istringstream stream(text);
    std::vector<std::string> words;
    for (std::string word; stream >> word;) words.push_back(word);
    return words;
}

// "0", "2-5", or "-" for none.
std::vector<int> range_of(const std::string& text) {
    std::vector<int> numbers;
    if (text == "-") return numbers;
    const size_t dash = text.find('-');
    const int first = std::stoi(text);
    const int last = dash == std::string::npos ? first : std::stoi(text.substr(dash + 1));
    for (int i = first; i <= last; ++i) numbers.push_back(i);
    return numbers;
}

std::vector<node> read_nodes() {
    const std::vector<std::string> cpus = words_of("LAB_CPUS");
    const std::vector<std::string> memory = words_of("LAB_MEMORY");
    if (cpus.size() != memory.size()) throw std::runtime_error("LAB_CPUS, LAB_MEMORY differ");
    std::vector<node> read;
    for (size_t i = 0; i < cpus.size(); ++i) read.push_back({range_of(cpus[i]), memory[i] != "0"});
    return read;
}

[[noreturn]] void fail(const char* what) {
    throw std::system_error(errno, std::generic_category(), what);
}

}  // namespace

const std::vector<node>& nodes() {
    static const std::vector<node> read = read_nodes();
    return read;
}

int node_count() {
    return static_cast<int>(nodes().size());
}

int node_of_cpu(int cpu) {
    for (int n = 0; n < node_count(); ++n)
        for (const int one : nodes()[static_cast<size_t>(n)].cpus)
            if (one == cpu) return n;
    throw std::out_of_range("no CPU " + std::to_string(cpu));
}

int cpu_count() {
    size_t count = 0;
    for (const node& n : nodes()) count += n.cpus.size();
    return static_cast<int>(count);
}

std::vector<int> nodes_with_cpus() {
    std::vector<int> found;
    for (int n = 0; n < node_count(); ++n)
        if (!nodes()[static_cast<size_t>(n)].cpus.empty()) found.push_back(n);
    return found;
}

void run_on_cpu(int cpu) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    if (sched_setaffinity(0, sizeof set, &set) != 0) fail("sched_setaffinity");
}

void run_on_node(int node, int index) {
    const std::vector<int>& cpus = nodes().at(static_cast<size_t>(node)).cpus;
    if (cpus.empty()) throw std::out_of_range("node " + std::to_string(node) + " has no CPU");
    const size_t at = static_cast<size_t>(index);
    run_on_cpu(cpus[at < cpus.size() ? at : cpus.size() - 1]);
}

int node_of_page(const void* address) {
    void* pages[] = {const_cast<void*>(address)};
    int status = -ENOENT;
    if (syscall(SYS_move_pages, 0, 1, pages, nullptr, &status, 0) != 0) fail("move_pages");
    return status;
}

void* page_on_node(int node) {
    constexpr int bind = 2;  // MPOL_BIND
    void* page =
        mmap(nullptr, page_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED) fail("mmap");
    const unsigned long mask = 1ul << node;
    if (syscall(SYS_mbind, page, page_bytes, bind, &mask, 8 * sizeof mask, 0) != 0) fail("mbind");
    std::memset(page, 0, page_bytes);
    if (node_of_page(page) != node)
        throw std::runtime_error("mbind has not put a page on its node");
    return page;
}

}  // namespace futex2::lab
