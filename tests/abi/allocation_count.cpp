// SPDX-License-Identifier: MIT
// The program's own malloc family, which counts and hands on to libc's. Where a
// sanitizer owns that family, its hooks count.
#include "abi/allocation_count.hpp"

#include <cerrno>
#include <cstddef>

#if defined(__has_feature)
#define FUTEX2_ADDRESS_SANITIZER __has_feature(address_sanitizer)
#define FUTEX2_THREAD_SANITIZER __has_feature(thread_sanitizer)
#else
#ifdef __SANITIZE_ADDRESS__
#define FUTEX2_ADDRESS_SANITIZER 1
#else
#define FUTEX2_ADDRESS_SANITIZER 0
#endif
#ifdef __SANITIZE_THREAD__
#define FUTEX2_THREAD_SANITIZER 1
#else
#define FUTEX2_THREAD_SANITIZER 0
#endif
#endif

namespace futex2::abi_test {
namespace {

thread_local bool counting = false;
thread_local int calls_of_thread = 0;

void count() {
    if (counting) ++calls_of_thread;
}

}  // namespace
}  // namespace futex2::abi_test

#if FUTEX2_ADDRESS_SANITIZER || FUTEX2_THREAD_SANITIZER

extern "C" int __sanitizer_install_malloc_and_free_hooks(void (*on_malloc)(const volatile void*,
                                                                           size_t),
                                                         void (*on_free)(const volatile void*));

namespace futex2::abi_test {
namespace {

void count_malloc(const volatile void*, size_t) {
    count();
}
void count_free(const volatile void*) {
    count();
}
[[maybe_unused]] const int installed =
    __sanitizer_install_malloc_and_free_hooks(count_malloc, count_free);

}  // namespace
}  // namespace futex2::abi_test

#else

extern "C" {

void* __libc_malloc(size_t size);
void* __libc_calloc(size_t n, size_t size);
void* __libc_realloc(void* memory, size_t size);
void* __libc_memalign(size_t alignment, size_t size);
void __libc_free(void* memory);

void* malloc(size_t size) {
    futex2::abi_test::count();
    return __libc_malloc(size);
}

void* calloc(size_t n, size_t size) {
    futex2::abi_test::count();
    return __libc_calloc(n, size);
}

void* realloc(void* memory, size_t size) {
    futex2::abi_test::count();
    return __libc_realloc(memory, size);
}

void free(void* memory) {
    futex2::abi_test::count();
    __libc_free(memory);
}

void* memalign(size_t alignment, size_t size) {
    futex2::abi_test::count();
    return __libc_memalign(alignment, size);
}

void* aligned_alloc(size_t alignment, size_t size) {
    return memalign(alignment, size);
}

int posix_memalign(void** memory, size_t alignment, size_t size) {
    void* made = memalign(alignment, size);
    if (made == nullptr) return ENOMEM;
    *memory = made;
    return 0;
}

}  // extern "C"

#endif

namespace futex2::abi_test {

int heap_calls_in(const std::function<void()>& function) {
    calls_of_thread = 0;
    counting = true;
    function();
    counting = false;
    return calls_of_thread;
}

bool counts_aligned_calls() {
#if FUTEX2_THREAD_SANITIZER
    return false;
#else
    return true;
#endif
}

}  // namespace futex2::abi_test
