// SPDX-License-Identifier: MIT
#include "bench/target.hpp"

#include <fmt/core.h>

#include <cerrno>
#include <stdexcept>

#include "bench/engines.hpp"
#include "bench/kernel_hash.hpp"

namespace futex2::bench {
namespace {

// A wake of nobody: it passes all checks and changes nothing.
template <class Engine>
int answer(bool shared) {
    typename Engine::word word;
    return Engine(shared).wake(word, 0);
}

std::string refusal(std::string_view what, int error) {
    return fmt::format("not supported: {} (error {})", what, -error);
}

std::string user_unsupported(const target& what) {
    int error = 0;
    with_user_word(what, [&]<class Word>(std::type_identity<Word>) {
        error = answer<user_engine<Word>>(what.shared);
    });
    if (error == -ENOTSUP) return "not supported: such words shared between processes";
    return error < 0 ? refusal("this library refuses such a word", error) : "";
}

std::string kernel_unsupported(const target& what) {
    if (what.bits != 32) return "not supported: futex(2) has 32-bit words alone";
    if (what.numa) return "not supported: futex(2) has no NUMA words";
    return "";
}

std::string kernel2_unsupported(const target& what) {
    if (const int error = answer<kernel2_engine<plain_word<uint32_t>>>(what.shared); error < 0)
        return refusal("this kernel has no futex_wake(2), system call 454", error);
    if (what.bits != 32) return "not supported: the kernel's futex2 has 32-bit words alone";
    if (!what.numa) return "";
    const int error = answer<kernel2_engine<numa_word<uint32_t>>>(what.shared);
    return error < 0 ? refusal("this kernel has no FUTEX2_NUMA", error) : "";
}

std::string peer_unsupported(const target& what) {
    if (what.numa)
        return fmt::format("not supported: {} has no NUMA words", meaning_of(what.engine));
    if (what.shared)
        return fmt::format("not supported: {} knows one process alone", meaning_of(what.engine));
    return "";
}

std::string has_no_words(const target& what) {
    return fmt::format("not supported: {} has no words", meaning_of(what.engine));
}

// A lock that is what it is, whatever words are asked for.
std::string own_lock_unsupported(const target& what) {
    return what.numa ? peer_unsupported(what) : "";
}

// futex2_mutex, of NUMA words futex2_numa_mutex, between processes shared::mutex.
std::string user_lock_unsupported(const target& what) {
    return what.shared && what.numa ? "not supported: numa_mutex is one process's" : "";
}

// Why an engine is not there at all.

template <bool built = true>
std::string missing() {
    return built ? "" : "not supported: built without it";
}

std::string wtf_missing() {
    if (!FUTEX2_BENCH_WTF) return missing<false>();
    const std::string& reason = bench::wtf::instance().missing();
    return reason.empty() ? "" : "not supported: " + reason;
}

std::string hash_missing(unsigned slots) {
    return FUTEX2_BENCH_KERNEL_HASH ? kernel_hash_missing(slots) : missing<false>();
}

template <unsigned slots>
std::string hash_missing() {
    return hash_missing(slots);
}

struct engine_facts {
    engine_id id;
    std::string_view name;
    std::string_view meaning;
    std::string (*missing)();
    std::string (*words)(const target&);  // why it cannot wait on such
    std::string (*lock)(const target&);   // why it has no lock of such
};

constexpr engine_facts facts[] = {
    {engine_id::user, "user", "this library", missing<>, user_unsupported, user_lock_unsupported},
    {engine_id::kernel, "kernel", "futex(2)", missing<>, kernel_unsupported, kernel_unsupported},
    {engine_id::kernel_global, "kernel-global", "futex(2), the machine's one table",
     hash_missing<0>, kernel_unsupported, kernel_unsupported},
    {engine_id::kernel_16, "kernel-16", "futex(2), a table of 16 buckets for the process",
     hash_missing<16>, kernel_unsupported, kernel_unsupported},
    {engine_id::kernel_256, "kernel-256", "the same, 256", hash_missing<256>, kernel_unsupported,
     kernel_unsupported},
    {engine_id::kernel_4096, "kernel-4096", "the same, 4096", hash_missing<4096>,
     kernel_unsupported, kernel_unsupported},
    {engine_id::kernel2, "kernel2", "the kernel's futex2, system calls 449 and 454 to 456",
     missing<>, kernel2_unsupported, kernel2_unsupported},
    {engine_id::std, "std", "std::atomic_ref", missing<>, peer_unsupported, peer_unsupported},
    {engine_id::boost, "boost", "boost::atomic_ref", missing<FUTEX2_BENCH_BOOST>, peer_unsupported,
     peer_unsupported},
    {engine_id::wtf, "wtf", "WTF::ParkingLot and WTF::Lock", wtf_missing, peer_unsupported,
     own_lock_unsupported},
    {engine_id::pthread, "pthread", "pthread_mutex_t", missing<>, has_no_words,
     own_lock_unsupported},
    {engine_id::adaptive, "adaptive", "pthread_mutex_t, PTHREAD_MUTEX_ADAPTIVE_NP", missing<>,
     has_no_words, own_lock_unsupported},
    {engine_id::shared, "shared", "std::shared_mutex", missing<>, has_no_words,
     own_lock_unsupported},
    {engine_id::absl, "absl", "absl::Mutex", missing<FUTEX2_BENCH_ABSL>, has_no_words,
     own_lock_unsupported},
    {engine_id::nsync, "nsync", "nsync_mu", missing<FUTEX2_BENCH_NSYNC>, has_no_words,
     own_lock_unsupported},
    {engine_id::tbb, "tbb", "tbb::mutex", missing<FUTEX2_BENCH_TBB>, has_no_words,
     own_lock_unsupported},
};

const engine_facts& facts_of(engine_id engine) {
    for (const engine_facts& f : facts)
        if (f.id == engine) return f;
    throw std::logic_error("an engine without facts");
}

}  // namespace

const std::vector<engine_id>& all_engines() {
    static const std::vector<engine_id> all = [] {
        std::vector<engine_id> ids;
        for (const engine_facts& f : facts) ids.push_back(f.id);
        return ids;
    }();
    return all;
}

std::string_view name_of(engine_id engine) {
    return facts_of(engine).name;
}

std::string_view meaning_of(engine_id engine) {
    return facts_of(engine).meaning;
}

std::optional<engine_id> engine_named(std::string_view name) {
    for (const engine_facts& f : facts)
        if (f.name == name) return f.id;
    return std::nullopt;
}

std::optional<unsigned> kernel_slots(engine_id engine) {
    switch (engine) {
        case engine_id::kernel_global:
            return 0;
        case engine_id::kernel_16:
            return 16;
        case engine_id::kernel_256:
            return 256;
        case engine_id::kernel_4096:
            return 4096;
        default:
            return std::nullopt;
    }
}

std::string unsupported(const target& what) {
    const engine_facts& engine = facts_of(what.engine);
    std::string reason = engine.words(what);
    return reason.empty() ? engine.missing() : reason;
}

std::string several_unsupported(const target& what) {
    if (what.engine == engine_id::user && what.shared && what.bits < 32)
        return "not supported: shared words of 8 and 16 bits are waited on one at a time";
    return "";
}

std::string lock_unsupported(const target& what) {
    const engine_facts& engine = facts_of(what.engine);
    std::string reason = engine.lock(what);
    return reason.empty() ? engine.missing() : reason;
}

bool has_own_lock(engine_id engine) {
    const auto lock = facts_of(engine).lock;
    return lock == own_lock_unsupported || lock == user_lock_unsupported;
}

std::string description(const target& what) {
    return fmt::format("{}, {}-bit{} words", name_of(what.engine), what.bits,
                       what.numa ? " NUMA" : "");
}

}  // namespace futex2::bench
