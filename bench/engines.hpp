// SPDX-License-Identifier: MIT
// From a target to the class of its engine. Workloads are templates over that
// class, so that no call in a measured loop goes through a pointer.
#pragma once

#include <memory>
#include <string>
#include <type_traits>

#include "bench/engine_kernel.hpp"
#include "bench/engine_kernel2.hpp"
#include "bench/engine_standard.hpp"
#include "bench/engine_user.hpp"
#include "bench/engine_wtf.hpp"
#include "bench/kernel_hash.hpp"
#include "bench/target.hpp"
#include "bench/workload.hpp"

namespace futex2::bench {

/** Calls f with the std::type_identity of the word's value. */
template <class F>
void with_value(const target& what, const F& f) {
    switch (what.bits) {
        case 8:
            return f(std::type_identity<uint8_t>{});
        case 16:
            return f(std::type_identity<uint16_t>{});
        case 32:
            return f(std::type_identity<uint32_t>{});
        default:
            return f(std::type_identity<uint64_t>{});
    }
}

/** Calls f with the std::type_identity of the word. */
template <class F>
void with_user_word(const target& what, const F& f) {
    with_value(what, [&]<class T>(std::type_identity<T>) {
        if (what.numa)
            f(std::type_identity<numa_word<T>>{});
        else
            f(std::type_identity<plain_word<T>>{});
    });
}

/** make(engine) of an engine that has plain words of every size. */
template <template <class> class Engine, class F>
auto with_plain_engine(const target& what, const F& make) {
    decltype(make(Engine<plain_word<uint32_t>>(false))) result;
    with_value(what, [&]<class T>(std::type_identity<T>) {
        result = make(Engine<plain_word<T>>(what.shared));
    });
    return result;
}

/** A workload, or the reason why there is none. */
struct made {
    std::unique_ptr<workload> work;
    std::string unsupported;
};

/** make(engine) -> made, if the target can be had at all. */
template <class F>
made with_engine(const target& what, const F& make) {
    if (std::string reason = unsupported(what); !reason.empty()) return {nullptr, reason};
    made result;
    switch (what.engine) {
        case engine_id::user:
            with_user_word(what, [&]<class Word>(std::type_identity<Word>) {
                result = make(user_engine<Word>(what.shared));
            });
            break;
        case engine_id::kernel:
            result = make(kernel_engine(what.shared));
            break;
        case engine_id::kernel_global:
        case engine_id::kernel_16:
        case engine_id::kernel_256:
        case engine_id::kernel_4096:
            result = make(kernel_engine(what.shared));
            if (result.work != nullptr)
                result.work = with_kernel_hash(*kernel_slots(what.engine), std::move(result.work));
            break;
        case engine_id::kernel2:
            if (what.numa)
                result = make(kernel2_engine<numa_word<uint32_t>>(what.shared));
            else
                result = make(kernel2_engine<plain_word<uint32_t>>(what.shared));
            break;
        case engine_id::std:
            return with_plain_engine<std_engine>(what, make);
        case engine_id::boost:
#if FUTEX2_BENCH_BOOST
            return with_plain_engine<boost_engine>(what, make);
#endif
            break;
        case engine_id::wtf:
            return with_plain_engine<wtf_engine>(what, make);
        default:  // has locks alone
            break;
    }
    return result;
}

}  // namespace futex2::bench
