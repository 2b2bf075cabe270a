// SPDX-License-Identifier: MIT
// A plugin of QEMU's: writes down (record.hpp) every access to memory, the program's and
// the kernel's, that a CPU makes in a region (region.hpp), and which of them need a cache
// line of another node (directory.hpp). Arguments: out=FILE, nodes=BYTES:BYTES:..., the
// nodes' memory, and cpus=NODE:NODE:..., where each CPU is. Fetches of instructions are not
// recorded. One thread must emulate all CPUs (boot.sh, LAB_CLOCK=instructions): nothing is
// locked here.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <vector>

#include "lab/directory.hpp"
#include "lab/qemu_plugin.hpp"
#include "lab/record.hpp"
#include "lab/region.hpp"

namespace futex2::lab {
namespace {

struct memory_of_node {
    uint64_t begin;
    uint64_t bytes;
    uint64_t first_line;
};

constexpr uint64_t kernel_begin = uint64_t{1} << 63;

std::FILE* trace;
std::vector<memory_of_node> memory;
std::vector<int> node_of_cpu;
std::vector<region> regions;       // by CPU
std::unique_ptr<directory> lines;  // from the first scene on

void write(const record& r) {
    std::fwrite(&r, sizeof r, 1, trace);
}

int node_of(uint64_t address) {
    for (size_t n = 0; n < memory.size(); ++n)
        if (address - memory[n].begin < memory[n].bytes) return static_cast<int>(n);
    return no_node;
}

// The transfer of an access to a node's memory.
transfer transfer_of(uint64_t address, int home, int node, bool store) {
    const memory_of_node& m = memory[static_cast<size_t>(home)];
    const uint64_t line = m.first_line + (address - m.begin) / line_bytes;
    return store ? lines->write(line, home, node) : lines->read(line, home, node);
}

void on_access(unsigned cpu, qemu_plugin_meminfo_t info, uint64_t address, void* instruction) {
    if (lines == nullptr) return;
    const qemu_plugin_hwaddr* where = qemu_plugin_get_hwaddr(info, address);
    const bool ram = where != nullptr && !qemu_plugin_hwaddr_is_io(where);
    const uint64_t physical = ram ? qemu_plugin_hwaddr_phys_addr(where) : 0;
    const int home = ram ? node_of(physical) : no_node;
    const bool store = qemu_plugin_mem_is_store(info);
    transfer t;
    if (home != no_node) t = transfer_of(physical, home, node_of_cpu[cpu], store);
    if (regions[cpu] == region::none) return;
    if (is_sparse(regions[cpu]) && t == transfer{}) return;
    const auto at = reinterpret_cast<uintptr_t>(instruction);
    write({.address = address,
           .instruction = at,
           .what = store ? record::type::store : record::type::load,
           .cpu = static_cast<uint8_t>(cpu),
           .memory_node = static_cast<int8_t>(home),
           .from = static_cast<int8_t>(t.from),
           .invalidated = t.invalidates,
           // What an interrupt pushes is put down to the instruction before it.
           .kernel = at >= kernel_begin || address >= kernel_begin,
           .unused = {}});
}

void write_event(record::type what, unsigned cpu, uint64_t address) {
    write({.address = address,
           .instruction = 0,
           .what = what,
           .cpu = static_cast<uint8_t>(cpu),
           .memory_node = no_node,
           .from = no_node,
           .invalidated = false,
           .kernel = false,
           .unused = {}});
}

void on_mark(unsigned cpu, void* number) {
    const auto value = reinterpret_cast<uintptr_t>(number);
    const auto where = static_cast<region>(value);
    regions[cpu] = where;
    if (where == region::scene && lines == nullptr) {
        const memory_of_node& last = memory.back();
        lines = std::make_unique<directory>(last.first_line + last.bytes / line_bytes);
    }
    write_event(record::type::mark, cpu, value);
}

void on_system_call(unsigned cpu, void*) {
    if (regions[cpu] != region::none) write_event(record::type::system_call, cpu, 0);
}

// The displacement of an 8-byte nop that carries the signature, else -1.
int64_t mark_in(const qemu_plugin_insn* instruction) {
    constexpr uint8_t nop[] = {0x0f, 0x1f, 0x84, 0x00};
    uint32_t displacement;
    if (qemu_plugin_insn_size(instruction) != sizeof nop + sizeof displacement) return -1;
    const auto* bytes = static_cast<const uint8_t*>(qemu_plugin_insn_data(instruction));
    std::memcpy(&displacement, bytes + sizeof nop, sizeof displacement);
    if (std::memcmp(bytes, nop, sizeof nop) != 0 || displacement >> 16 != mark_signature) return -1;
    return displacement & 0xffff;
}

bool is_system_call(const qemu_plugin_insn* instruction) {
    constexpr uint8_t syscall[] = {0x0f, 0x05};
    return qemu_plugin_insn_size(instruction) == sizeof syscall &&
           std::memcmp(qemu_plugin_insn_data(instruction), syscall, sizeof syscall) == 0;
}

void on_translation(qemu_plugin_id_t, qemu_plugin_tb* block) {
    for (size_t i = 0; i < qemu_plugin_tb_n_insns(block); ++i) {
        qemu_plugin_insn* instruction = qemu_plugin_tb_get_insn(block, i);
        if (is_system_call(instruction)) {
            // It touches no memory itself, but some of the kernel's accesses would be put
            // down to it a second time.
            qemu_plugin_register_vcpu_insn_exec_cb(instruction, on_system_call,
                                                   QEMU_PLUGIN_CB_NO_REGS, nullptr);
            continue;
        }
        if (const int64_t number = mark_in(instruction); number >= 0)
            qemu_plugin_register_vcpu_insn_exec_cb(instruction, on_mark, QEMU_PLUGIN_CB_NO_REGS,
                                                   reinterpret_cast<void*>(number));
        qemu_plugin_register_vcpu_mem_cb(
            instruction, on_access, QEMU_PLUGIN_CB_NO_REGS, QEMU_PLUGIN_MEM_RW,
            reinterpret_cast<void*>(qemu_plugin_insn_vaddr(instruction)));
    }
}

void on_exit(qemu_plugin_id_t, void*) {
    std::fclose(trace);
}

// "1:2:3"
std::vector<uint64_t> numbers_in(const char* text) {
    std::vector<uint64_t> numbers;
    for (char* end = nullptr; *text != '\0'; text = *end == ':' ? end + 1 : end) {
        numbers.push_back(std::strtoull(text, &end, 10));
        if (end == text) return {};
    }
    return numbers;
}

// QEMU 7.2 answers, for a "physical address", the offset of the node's memory among all
// of its blocks plus the offset within their container: for these, that come first in
// both, twice the sizes of the nodes before. The control region shows that it is so.
void set_memory(const std::vector<uint64_t>& sizes) {
    uint64_t before = 0;
    for (const uint64_t bytes : sizes) {
        memory.push_back({2 * before, bytes, before / line_bytes});
        before += bytes;
    }
}

bool starts_with(const char* text, const char* prefix) {
    return std::strncmp(text, prefix, std::strlen(prefix)) == 0;
}

}  // namespace
}  // namespace futex2::lab

extern "C" {

[[gnu::visibility("default")]] int qemu_plugin_version = 1;

[[gnu::visibility("default")]] int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t* info,
                                                       int argc, char** argv) {
    using namespace futex2::lab;
    for (int i = 0; i < argc; ++i) {
        const char* argument = argv[i];
        if (starts_with(argument, "out=")) trace = std::fopen(argument + 4, "w");
        if (starts_with(argument, "nodes=")) set_memory(numbers_in(argument + 6));
        if (starts_with(argument, "cpus="))
            for (const uint64_t node : numbers_in(argument + 5))
                node_of_cpu.push_back(static_cast<int>(node));
    }
    const auto cpus = static_cast<size_t>(info->system.max_vcpus);
    if (trace == nullptr || memory.empty() || memory.size() > directory::most_nodes ||
        node_of_cpu.size() != cpus) {
        std::fputs("recorder: out=FILE, nodes=BYTES:... and cpus=NODE:... are needed\n", stderr);
        return 1;
    }
    regions = std::vector<region>(cpus);
    qemu_plugin_register_vcpu_tb_trans_cb(id, on_translation);
    qemu_plugin_register_atexit_cb(id, on_exit, nullptr);
    return 0;
}

}  // extern "C"
