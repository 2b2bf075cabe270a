// SPDX-License-Identifier: MIT
// What a call does not do: touch a word that is gone, call the kernel where nobody
// sleeps, leave anything of a thread behind. Invariants 5, 6 and 9 of docs/design.md.
#include <futex2/futex2.h>
#include <futex2/testing.h>
#include <gtest/gtest.h>
#include <linux/seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>

#include "cpp/watched_thread.hpp"

namespace futex2::engine {
namespace {

using futex2::test::watched_thread;

constexpr bool sanitized = FUTEX2_SANITIZED;

class Lifetime : public testing::TestWithParam<unsigned> {
  protected:
    unsigned flags = GetParam() | FUTEX2_PRIVATE;
    size_t size = size_t{1} << (flags & FUTEX2_SIZE_MASK);
    uint64_t any = ~uint64_t{0} >> (64 - 8 * size);

    void* new_page() const {
        void* page =
            mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (page == MAP_FAILED) std::abort();
        if ((flags & FUTEX2_NUMA) != 0) {
            auto* bytes = static_cast<unsigned char*>(page);
            std::fill(bytes + size, bytes + 2 * size, static_cast<unsigned char>(0xff));
        }
        return page;
    }
};

// The waiter unmaps the word as soon as it sees the new value, as a program does
// that frees an object with the lock inside. A late access is a SIGSEGV.
TEST_P(Lifetime, AStoreWakeLeavesTheWordToWhoeverSeesTheValue) {
    constexpr int rounds = 1000;
    std::atomic<void*> offered{nullptr};
    watched_thread waiter("waiter", [&] {
        for (int round = 0; round < rounds; ++round) {
            void* page = new_page();
            offered.store(page);
            // Half of the rounds spin on the value, and see it before the wake.
            while (__atomic_load_n(static_cast<unsigned char*>(page), __ATOMIC_ACQUIRE) == 0)
                if (round % 2 == 0)
                    futex2_wait(page, 0, any, flags, nullptr, CLOCK_MONOTONIC);
                else
                    std::this_thread::yield();
            munmap(page, 4096);
        }
    });
    for (int round = 0; round < rounds; ++round) {
        void* page;
        while ((page = offered.exchange(nullptr)) == nullptr) std::this_thread::yield();
        ASSERT_GE(futex2_store_wake(page, 1, 1, flags), 0);
    }
    waiter.join();
}

// A word that the last waiter has left is not written again: it may be read-only.
TEST_P(Lifetime, NothingWritesAWordThatNobodyWaitsOn) {
    void* page = new_page();
    const timespec past{0, 0};
    ASSERT_EQ(futex2_wait(page, 0, any, flags, &past, CLOCK_MONOTONIC), -ETIMEDOUT);
    ASSERT_EQ(mprotect(page, 4096, PROT_READ), 0);
    EXPECT_EQ(futex2_wake(page, any, 1, flags), 0);
    EXPECT_EQ(futex2_wait(page, 1, any, flags, nullptr, CLOCK_MONOTONIC), -EAGAIN);
    futex_waitv words[2] = {{0, reinterpret_cast<uintptr_t>(page), flags, 0},
                            {0, reinterpret_cast<uintptr_t>(page), flags, 0}};
    EXPECT_EQ(futex2_requeue(words, 0, 1, 1), 0);
    const futex2_wake_item item{page, any, 1, flags};
    EXPECT_EQ(futex2_wakev(&item, 1, 0), 0);
    munmap(page, 4096);
}

// In strict mode any system call but read, write, exit and sigreturn is a SIGKILL.
TEST_P(Lifetime, NoSystemCallWhereNobodySleeps) {
    if (sanitized) GTEST_SKIP() << "a sanitizer's runtime makes system calls of its own";
    alignas(16) static unsigned char word[16];
    std::fill(std::begin(word), std::end(word), 0);
    if ((flags & FUTEX2_NUMA) != 0)
        std::fill(word + size, word + 2 * size, static_cast<unsigned char>(0xff));
    const pid_t child = fork();
    if (child == 0) {
        if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT) != 0) _exit(9);
        futex_waitv words[2] = {{7, reinterpret_cast<uintptr_t>(word), flags, 0},
                                {0, reinterpret_cast<uintptr_t>(word), flags, 0}};
        const futex2_wake_item item{word, any, 1, flags};
        const bool right = futex2_wake(word, any, 1, flags) == 0 &&
                           futex2_wakev(&item, 1, 0) == 0 &&
                           futex2_wait(word, 7, any, flags, nullptr, CLOCK_MONOTONIC) == -EAGAIN &&
                           futex2_waitv(words, 1, 0, nullptr, CLOCK_MONOTONIC) == -EAGAIN &&
                           futex2_requeue(words, 0, 1, 1) == -EAGAIN &&
                           futex2_store_wake(word, 7, 1, flags) == 0 &&
                           futex2_requeue(words, 0, 1, 1) == 0 && futex2_current_node() >= 0;
        syscall(SYS_exit, right ? 0 : 1);
    }
    int status = -1;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0) << (WIFSIGNALED(status) ? "a system call" : "a wrong answer");
}

INSTANTIATE_TEST_SUITE_P(Kinds, Lifetime, testing::Range(0u, 8u), [](const auto& param_info) {
    const unsigned kind = param_info.param;
    return "u" + std::to_string(8 << (kind & 3)) + ((kind & FUTEX2_NUMA) != 0 ? "_numa" : "");
});

TEST(Thread, GivesItsParkerBack) {
    if (sanitized) GTEST_SKIP() << "a sanitizer maps memory for each thread";
    futex32_numa word{0, -1};
    const auto wait_once = [&word] {
        const timespec past{0, 0};
        ASSERT_EQ(futex2_wait(&word, 0, ~0u, FUTEX2_SIZE_U32 | FUTEX2_NUMA | FUTEX2_PRIVATE, &past,
                              CLOCK_MONOTONIC),
                  -ETIMEDOUT);
    };
    // A page holds 63: with a thousand threads one after the other, pages would be
    // mapped if parkers were lost.
    const auto mapped_pages = [] {
        FILE* maps = std::fopen("/proc/self/statm", "r");
        long pages = 0;
        if (maps == nullptr || std::fscanf(maps, "%ld", &pages) != 1) pages = -1;
        if (maps != nullptr) std::fclose(maps);
        return pages;
    };
    const auto one_thread = [&] { watched_thread thread("short", wait_once); };
    // Each node maps its first seats for the first thread that waits there.
    for (int i = 0; i < futex2_node_count(); ++i)
        watched_thread("first of its node", [&] {
            futex2_testing_table table;
            ASSERT_EQ(futex2_testing_table_of(i, &table), 0);
            ASSERT_EQ(futex2_testing_pin_node(table.node), 0);
            wait_once();
        });
    for (int i = 0; i < 10; ++i) one_thread();
    const long before = mapped_pages();
    for (int i = 0; i < 1000; ++i) one_thread();
    EXPECT_EQ(mapped_pages(), before);
}

TEST(Thread, OwnsAtMost512BytesOfTheLibrary) {
    EXPECT_LE(futex2_testing_thread_bytes(), 512);
}

}  // namespace
}  // namespace futex2::engine
