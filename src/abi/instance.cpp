// SPDX-License-Identifier: MIT
#include "abi/instance.hpp"

#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>

#include "abi/diagnosis.hpp"
#include "kernel/features.hpp"
#include "platform/system_call.hpp"

namespace futex2::abi {

constinit native::atomic<native_process*> instance_;
constinit bool complains = true;

void complain(const char* variable, const char* expected) {
    if (!complains) return;
    const char* const parts[] = {"futex2: ", variable, ": expected ", expected, "; ignored\n"};
    for (const char* part : parts) platform::system_call(SYS_write, 2, part, strlen(part));
}

namespace {

// About as long as it takes to wake a thread that sleeps: 20 us where a pause is
// 20 ns. A spin that fails costs no more than the sleep that follows it.
constexpr int default_spins = 1000;
constexpr long most_spins = 1'000'000;

// The value of a variable if it is a number in the range, else `otherwise`, with
// a line on stderr if it is anything else.
long number_from(const char* variable, long least, long most, const char* expected,
                 long otherwise) {
    const char* text = secure_getenv(variable);
    if (text == nullptr) return otherwise;
    long value = 0;
    const char* digit = text;
    for (; *digit >= '0' && *digit <= '9' && value <= most; ++digit)
        value = 10 * value + (*digit - '0');
    if (digit != text && *digit == '\0' && value >= least && value <= most) return value;
    complain(variable, expected);
    return otherwise;
}

// FUTEX2_KERNEL: names with commas between them. 0 for what is none; futex(2) has a bit of
// its own here, for a list of it alone.
constexpr kernel::features futex_call = 1u << 31;

kernel::features named(const char* name, size_t length) {
    const auto is = [=](const char* known) {
        return strlen(known) == length && strncmp(name, known, length) == 0;
    };
    if (is("futex")) return futex_call;
    if (is("waitv")) return kernel::waitv_call;
    return is("futex2") ? kernel::futex2_calls : 0;
}

kernel::features features_from(const char* list) {
    kernel::features all = 0;
    for (const char* name = list;; ++name) {
        const size_t length = strcspn(name, ",");
        const kernel::features one = named(name, length);
        if (one == 0) return 0;
        all |= one;
        name += length;
        if (*name == '\0') return all;
    }
}

void read_features_from_environment() {
    const char* list = secure_getenv("FUTEX2_KERNEL");
    if (list == nullptr) return;
    const kernel::features those = features_from(list);
    if (those == 0) return complain("FUTEX2_KERNEL", "names out of futex,waitv,futex2");
    kernel::allow(those);
    native::allow_sleep_calls((those & kernel::futex2_calls) != 0,
                              (those & kernel::waitv_call) != 0);
}

uint64_t random_seed() {
    uint64_t words[2] = {};
    if (const unsigned long bytes = getauxval(AT_RANDOM); bytes != 0)
        memcpy(words, reinterpret_cast<const void*>(bytes), sizeof words);
    // The process's stack guards are made of these bytes too: do not keep them.
    return engine::path_of(words[0], {}, words[1]);
}

int fill(native_process& p) {
    if (const int error = topology::read(p.nodes, ""); error != 0) return error;
    const long nodes = number_from("FUTEX2_NODES", 1, topology::max_nodes, "1 to 1024", 0);
    if (nodes > 0) topology::make_virtual(p.nodes, static_cast<int>(nodes));
    p.seed = random_seed();
    const long spins = number_from("FUTEX2_SPIN", 0, most_spins, "0 to 1000000", default_spins);
    p.most_spins.store(static_cast<int>(spins), order::relaxed);
    return p.build();
}

}  // namespace

native_process* create_instance() {
    // Not wiped by fork, as the engine's own memory is.
    const long mapped =
        platform::system_call(SYS_mmap, nullptr, sizeof(native_process), PROT_READ | PROT_WRITE,
                              MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapped < 0 && mapped > -4096) return nullptr;
    auto* created = reinterpret_cast<native_process*>(mapped);
    if (fill(*created) == 0 && instance_.compare_exchange(nullptr, created, order::acq_rel))
        return created;
    created->destroy();  // no memory, or another thread was first
    native::unmap(created, 1);
    return instance_.load(order::acquire);
}

[[gnu::constructor]] static void at_load() {
    platform::find_user_address_limit();
    read_checks_from_environment();
    read_features_from_environment();
    instance();
}

}  // namespace futex2::abi
