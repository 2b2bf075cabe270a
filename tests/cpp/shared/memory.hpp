// SPDX-License-Identifier: MIT
// Memory that processes share, at an address of its own in each, and processes that use it.
#pragma once

#include <gtest/gtest.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <abi/shared_memory.hpp>
#include <climits>
#include <cpp/watched_thread.hpp>
#include <cstdint>
#include <functional>
#include <list>
#include <string>

namespace futex2::test {

using abi_test::all_origins;
using abi_test::origin;

// A T in a page of its own. It is made of the page's bytes, which are all zero, unless it is made
// anew.
template <class T>
class in_shared_memory {
  public:
    explicit in_shared_memory(origin from = origin::memfd) : from_(from), page_(from) {}

    T& operator*() { return *static_cast<T*>(page_.address()); }
    T* operator->() { return &**this; }

    // The same object, at another address where the memory can be mapped twice.
    T& elsewhere() {
        return from_ == origin::anonymous ? **this : *static_cast<T*>(page_.map_again());
    }

  private:
    const origin from_;
    abi_test::shared_page page_;
};

// A process that ends with body(), or is killed when it takes too long.
class process {
  public:
    explicit process(const std::function<bool()>& body)
        : child_([&] {
              alarm(static_cast<unsigned>(patience.count()));
              return body() ? 0 : 1;
          }) {}

    bool succeeds() { return child_.result() == 0; }
    void kill() {
        ::kill(child_.id(), SIGKILL);
        EXPECT_EQ(child_.result(), INT_MIN);
    }

  private:
    abi_test::child child_;
};

// Each body(index) in a process of its own; true: all of them are.
inline bool all_succeed(int processes, const std::function<bool(int)>& body) {
    std::list<process> all;
    for (int i = 0; i < processes; ++i) {
        all.emplace_back([&, i] { return body(i); });
    }
    bool right = true;
    for (process& one : all) {
        right = one.succeeds() && right;
    }
    return right;
}

// Whether body() is true and makes no system call: any would kill the process. A sanitizer's
// runtime makes some of its own.
inline bool succeeds_without_system_calls(const std::function<bool()>& body) {
    if (FUTEX2_SANITIZED != 0) {
        return body();
    }
    abi_test::child strict([&]() -> int {
        if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT) != 0) {
            return 2;
        }
        syscall(SYS_exit, body() ? 0 : 1);
        return 3;
    });
    return strict.result() == 0;
}

// How many sleep on a word of 32 bits; address: its own.
inline int sleepers_on(const void* address) {
    return abi_test::sleepers_on(const_cast<void*>(address), abi_test::shared(abi_test::u32));
}
inline bool come_to_sleep_on(const void* address, int count) {
    return eventually([=] { return sleepers_on(address) == count; });
}

// Of a type that counts who waits beside its value: detail::counted_word.
template <class T>
const void* value_of(const T& object) {
    return reinterpret_cast<const unsigned char*>(&object) + sizeof(std::uint32_t);
}
template <class T>
std::uint32_t counted_in_it(const T& object) {
    return __atomic_load_n(reinterpret_cast<const std::uint32_t*>(&object), __ATOMIC_RELAXED);
}

class FromEveryOrigin : public testing::TestWithParam<origin> {};
inline std::string origin_name(const testing::TestParamInfo<origin>& info) {
    return abi_test::name_of(info.param);
}

}  // namespace futex2::test
