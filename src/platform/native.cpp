// SPDX-License-Identifier: MIT
#include "platform/native.hpp"

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <linux/mempolicy.h>
#include <pthread.h>
#include <sched.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#if defined(__x86_64__)
#include <cpuid.h>
#endif

#include "platform/system_call.hpp"

namespace futex2::platform {

namespace {

constexpr unsigned long at_rseq_feature_size = 27;  // include/uapi/linux/auxvec.h

// Constant after the first look; any thread may look first.
constinit native_atomic<int> known_source;  // 1 + node_source

node_source source() {
    const int known = known_source.load(order::relaxed);
    if (known != 0) [[likely]]
        return static_cast<node_source>(known - 1);
    const node_source found = find_node_source();
    known_source.store(1 + static_cast<int>(found), order::relaxed);
    return found;
}

}  // namespace

constinit kernel_entry futex_entry = nullptr;

constinit misuse_handler native::misuse_handler_;

int32_t native::thread_id() {
    return static_cast<int32_t>(system_call(SYS_gettid));
}

// Out of line: it would cost every look a stack frame.
[[gnu::noinline]] node_source find_node_source() {
    if (&__rseq_size == nullptr || &__rseq_offset == nullptr || __rseq_size == 0)
        return node_source::getcpu;
    const int saved = errno;  // getauxval() writes ENOENT where the kernel has no such entry
    const unsigned long bytes = getauxval(at_rseq_feature_size);
    errno = saved;
    return bytes >= 24 ? node_source::rseq_node_id : node_source::rseq_cpu_id;
}

int native::current_cpu() {
    if (source() != node_source::getcpu) [[likely]]
        return rseq_field(rseq_cpu_id_offset);
    unsigned cpu = 0;
    return getcpu(&cpu, nullptr) == 0 ? static_cast<int>(cpu) : -1;
}

int native::current_node() {
    return source() == node_source::rseq_node_id ? rseq_field(rseq_node_id_offset) : -1;
}

int native::policy_node(const void* address) {
    constexpr unsigned long max_node = 1024;
    unsigned long nodes[max_node / (8 * sizeof(unsigned long))] = {};
    int mode = 0;
    if (system_call(SYS_get_mempolicy, &mode, nodes, max_node, address, MPOL_F_ADDR) != 0)
        return -1;
    constexpr int mode_flags = MPOL_F_STATIC_NODES | MPOL_F_RELATIVE_NODES | MPOL_F_NUMA_BALANCING;
    if ((mode & ~mode_flags) != MPOL_PREFERRED) return -1;
    int first = 0;
    for (const unsigned long bits : nodes) {
        if (bits != 0) return first + __builtin_ctzl(bits);
        first += static_cast<int>(8 * sizeof bits);
    }
    return -1;
}

namespace {

// How this kernel lets a thread sleep, best first. futex_wait and futex_waitv
// restart a timed wait after a handler with SA_RESTART; futex(2) does not.
enum class sleep_call : int { futex_wait, futex_waitv, futex };

constinit native_atomic<int> best_call;
constinit native_atomic<int> second_best{static_cast<int>(sleep_call::futex_waitv)};

long sleep_by(sleep_call call, uint32_t* word, uint32_t expected, deadline until) {
    constexpr unsigned flags = 2 | FUTEX_PRIVATE_FLAG;  // FUTEX2_SIZE_U32
    switch (call) {
        case sleep_call::futex_wait:
            return futex_call(sys_futex_wait, word, static_cast<unsigned long>(expected),
                              static_cast<unsigned long>(FUTEX_BITSET_MATCH_ANY), flags, until.time,
                              until.clock);
        case sleep_call::futex_waitv: {
            struct futex_waitv one = {};
            one.val = expected;
            one.uaddr = reinterpret_cast<uintptr_t>(word);
            one.flags = flags;
            return futex_call(sys_futex_waitv, &one, 1, 0, until.time, until.clock);
        }
        case sleep_call::futex:
            break;
    }
    const int realtime =
        until.time != nullptr && until.clock == CLOCK_REALTIME ? FUTEX_CLOCK_REALTIME : 0;
    return futex_call(SYS_futex, word, FUTEX_WAIT_BITSET | FUTEX_PRIVATE_FLAG | realtime, expected,
                      until.time, nullptr, FUTEX_BITSET_MATCH_ANY);
}

}  // namespace

int native::park(atomic<uint32_t>& word, uint32_t expected, deadline until) {
    for (;;) {
        const int call = best_call.load(order::relaxed);
        const long result =
            sleep_by(static_cast<sleep_call>(call), word.address(), expected, until);
        // Some seccomp filters answer a call that they do not know with EPERM,
        // which none of these calls ever means.
        const bool missing = result == -ENOSYS || result == -EPERM;
        if (!missing || call == static_cast<int>(sleep_call::futex))
            return result < 0 ? static_cast<int>(result) : 0;
        const bool was_best = call == static_cast<int>(sleep_call::futex_wait);
        best_call.compare_exchange(
            call, was_best ? second_best.load(order::relaxed) : static_cast<int>(sleep_call::futex),
            order::relaxed);
    }
}

void native::allow_sleep_calls(bool futex_wait, bool futex_waitv) {
    const auto second = futex_waitv ? sleep_call::futex_waitv : sleep_call::futex;
    second_best.store(static_cast<int>(second), order::relaxed);
    best_call.store(static_cast<int>(futex_wait ? sleep_call::futex_wait : second), order::relaxed);
}

namespace {

void wake_parked(native_atomic<uint32_t>& word, int count) {
    futex_call(SYS_futex, word.address(), FUTEX_WAKE_PRIVATE, count);
}

}  // namespace

void native::unpark(atomic<uint32_t>& word) {
    wake_parked(word, 1);
}

void native::unpark_all(atomic<uint32_t>& word) {
    wake_parked(word, INT_MAX);
}

// -EAGAIN: its thread has gone on already.
bool native::move_parked(atomic<uint32_t>& from, uint32_t expected, atomic<uint32_t>& to) {
    constexpr int woken = 0;
    constexpr unsigned long moved = 1;
    const long result = futex_call(SYS_futex, from.address(), FUTEX_CMP_REQUEUE_PRIVATE, woken,
                                   moved, to.address(), expected);
    return result >= 0 || result == -EAGAIN;
}

void native::at_thread_exit(void (*f)(void*), void* argument) {
    static constinit native_atomic<uint32_t> known_key;  // 1 + the key
    if (known_key.load(order::acquire) == 0) {
        pthread_key_t created;
        if (pthread_key_create(&created, f) != 0) return;  // then the parker stays taken
        if (!known_key.compare_exchange(0, created + 1, order::acq_rel))
            pthread_key_delete(created);
    }
    pthread_setspecific(known_key.load(order::acquire) - 1, argument);
}

void* native::map_bytes(size_t bytes, int node, on_fork then) {
    // Not libc's wrappers: they would write errno.
    const long mapped = system_call(SYS_mmap, nullptr, bytes, PROT_READ | PROT_WRITE,
                                    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapped < 0 && mapped > -4096) return nullptr;
    void* memory = reinterpret_cast<void*>(mapped);
    if (then == on_fork::wipe && system_call(SYS_madvise, memory, bytes, MADV_WIPEONFORK) != 0) {
        unmap_bytes(memory, bytes);
        return nullptr;
    }
    if (node >= 0) {
        constexpr unsigned long max_node = 1024;
        unsigned long nodes[max_node / (8 * sizeof(unsigned long))] = {};
        nodes[static_cast<unsigned>(node) / 64] = 1ul << (node % 64);
        // Preferred, not bound: a node without memory still has a table. Where
        // mbind is forbidden (containers) the memory is merely farther away.
        system_call(SYS_mbind, memory, bytes, MPOL_PREFERRED, nodes, max_node + 1, 0);
    }
    return memory;
}

void native::unmap_bytes(void* address, size_t bytes) {
    system_call(SYS_munmap, address, bytes);
}

#if defined(__x86_64__)
constinit uintptr_t user_address_limit = (uintptr_t{1} << 56) - 4096;

// Where a CPU could have five levels of page tables, the kernel says whether it has.
void find_user_address_limit() {
    unsigned a = 0, b = 0, c = 0, d = 0;
    const bool could = __get_cpuid_count(7, 0, &a, &b, &c, &d) != 0 && (c & (1u << 16)) != 0;
    constexpr uintptr_t beyond_four = uintptr_t{1} << 47;
    if (!could || futex_call(SYS_futex, beyond_four, FUTEX_WAKE_PRIVATE, 1) == -EFAULT)
        user_address_limit = beyond_four - 4096;
}
#else
constinit uintptr_t user_address_limit = uintptr_t{1} << 52;

void find_user_address_limit() {}
#endif

}  // namespace futex2::platform
