// SPDX-License-Identifier: MIT
// A plugin of QEMU's: writes down every access to memory that a program in the machine
// makes in a region (region.hpp). Arguments: out=FILE and nodes=BYTES:BYTES:..., the
// nodes' memory. Lines of the trace:
//   region CPU NUMBER                  the CPU enters a region, or leaves one (0)
//   CPU INSTRUCTION ADDRESS NODE l|s   a load; a store, or a read-modify-write
// The kernel's own accesses are not recorded, nor are fetches of instructions.
#include <atomic>
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "lab/qemu_plugin.hpp"
#include "lab/region.hpp"

namespace futex2::lab {
namespace {

struct memory_of_node {
    uint64_t begin;
    uint64_t bytes;
};

constexpr uint64_t kernel_begin = uint64_t{1} << 63;

std::FILE* trace;
std::vector<memory_of_node> memory;
std::vector<std::atomic<uint16_t>> region_of_cpu;

int node_of(uint64_t address) {
    for (size_t n = 0; n < memory.size(); ++n)
        if (address - memory[n].begin < memory[n].bytes) return static_cast<int>(n);
    return -1;
}

void on_access(unsigned cpu, qemu_plugin_meminfo_t info, uint64_t address, void* instruction) {
    // What an interrupt pushes is put down to the instruction before it.
    if (region_of_cpu[cpu].load(std::memory_order_relaxed) == 0 || address >= kernel_begin) return;
    const qemu_plugin_hwaddr* where = qemu_plugin_get_hwaddr(info, address);
    const bool ram = where != nullptr && !qemu_plugin_hwaddr_is_io(where);
    std::fprintf(trace, "%u %" PRIxPTR " %" PRIx64 " %d %c\n", cpu,
                 reinterpret_cast<uintptr_t>(instruction), address,
                 ram ? node_of(qemu_plugin_hwaddr_phys_addr(where)) : -1,
                 qemu_plugin_mem_is_store(info) ? 's' : 'l');
}

void on_mark(unsigned cpu, void* number) {
    const auto region = static_cast<uint16_t>(reinterpret_cast<uintptr_t>(number));
    region_of_cpu[cpu].store(region, std::memory_order_relaxed);
    std::fprintf(trace, "region %u %u\n", cpu, region);
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

// It touches no memory itself, but some of the kernel's accesses are put down to it.
bool is_system_call(const qemu_plugin_insn* instruction) {
    constexpr uint8_t syscall[] = {0x0f, 0x05};
    return qemu_plugin_insn_size(instruction) == sizeof syscall &&
           std::memcmp(qemu_plugin_insn_data(instruction), syscall, sizeof syscall) == 0;
}

void on_translation(qemu_plugin_id_t, qemu_plugin_tb* block) {
    for (size_t i = 0; i < qemu_plugin_tb_n_insns(block); ++i) {
        qemu_plugin_insn* instruction = qemu_plugin_tb_get_insn(block, i);
        const uint64_t address = qemu_plugin_insn_vaddr(instruction);
        if (address >= kernel_begin) return;
        if (is_system_call(instruction)) continue;
        if (const int64_t number = mark_in(instruction); number >= 0)
            qemu_plugin_register_vcpu_insn_exec_cb(instruction, on_mark, QEMU_PLUGIN_CB_NO_REGS,
                                                   reinterpret_cast<void*>(number));
        qemu_plugin_register_vcpu_mem_cb(instruction, on_access, QEMU_PLUGIN_CB_NO_REGS,
                                         QEMU_PLUGIN_MEM_RW, reinterpret_cast<void*>(address));
    }
}

void on_exit(qemu_plugin_id_t, void*) {
    std::fclose(trace);
}

// QEMU 7.2 answers, for a "physical address", the offset of the node's memory among all
// of its blocks plus the offset within their container: for these, that come first in
// both, twice the sizes of the nodes before. The control region shows that it is so.
void set_memory(const char* sizes) {
    uint64_t before = 0;
    for (char* end = nullptr; *sizes != '\0'; sizes = *end == ':' ? end + 1 : end) {
        const uint64_t bytes = std::strtoull(sizes, &end, 10);
        memory.push_back({2 * before, bytes});
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
        if (starts_with(argv[i], "out=")) trace = std::fopen(argv[i] + std::strlen("out="), "w");
        if (starts_with(argv[i], "nodes=")) set_memory(argv[i] + std::strlen("nodes="));
    }
    if (trace == nullptr || memory.empty()) {
        std::fputs("recorder: out=FILE and nodes=BYTES:... are needed\n", stderr);
        return 1;
    }
    region_of_cpu = std::vector<std::atomic<uint16_t>>(static_cast<size_t>(info->system.max_vcpus));
    qemu_plugin_register_vcpu_tb_trans_cb(id, on_translation);
    qemu_plugin_register_atexit_cb(id, on_exit, nullptr);
    return 0;
}

}  // extern "C"
