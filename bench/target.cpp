// SPDX-License-Identifier: MIT
#include "bench/target.hpp"

#include <fmt/format.h>

#include <cerrno>

#include "bench/engines.hpp"

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
    if (error == -ENOSYS && what.shared)
        return "not supported: words shared between processes (ENOSYS)";
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

}  // namespace

std::string_view name_of(engine_id engine) {
    switch (engine) {
        case engine_id::user:
            return "user";
        case engine_id::kernel:
            return "kernel";
        case engine_id::kernel2:
            break;
    }
    return "kernel2";
}

std::optional<engine_id> engine_named(std::string_view name) {
    for (const engine_id engine : all_engines)
        if (name == name_of(engine)) return engine;
    return std::nullopt;
}

std::string unsupported(const target& what) {
    switch (what.engine) {
        case engine_id::user:
            return user_unsupported(what);
        case engine_id::kernel:
            return kernel_unsupported(what);
        case engine_id::kernel2:
            break;
    }
    return kernel2_unsupported(what);
}

std::string description(const target& what) {
    return fmt::format("{}, {}-bit{} words", name_of(what.engine), what.bits,
                       what.numa ? " NUMA" : "");
}

}  // namespace futex2::bench
