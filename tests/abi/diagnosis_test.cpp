// SPDX-License-Identifier: MIT
// Each misuse that is looked for, in a child: the line that it ends with.
#include <fcntl.h>
#include <futex2/sync.h>
#include <futex2/testing.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <functional>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "abi/deadline.hpp"
#include "abi/sleeper.hpp"

namespace futex2::abi_test {
namespace {

// What a child tells: which of its threads is which.
struct cast {
    pid_t main;
    std::atomic<pid_t> other;
};

struct last_words {
    int status = 0;
    std::string text;
    pid_t main = 0;
    pid_t other = 0;
};

std::string text_from(int pipe) {
    std::string text;
    char part[256];
    for (ssize_t n; (n = read(pipe, part, sizeof part)) > 0;)
        text.append(part, static_cast<size_t>(n));
    return text;
}

[[noreturn]] void play(int pipe, cast& who, bool checked, const std::function<void(cast&)>& part) {
    const rlimit no_core = {0, 0};
    setrlimit(RLIMIT_CORE, &no_core);
    signal(SIGABRT, SIG_DFL);
    dup2(pipe, STDERR_FILENO);
    alarm(60);
    who.main = gettid();
    if (checked) futex2_turn_checks_on_();
    part(who);
    _exit(0);
}

last_words of(const std::function<void(cast&)>& part, bool checked = true) {
    void* shared =
        mmap(nullptr, sizeof(cast), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    auto* who = new (shared) cast{};
    int ends[2] = {};
    EXPECT_EQ(pipe2(ends, O_CLOEXEC), 0);
    const pid_t child = fork();
    if (child == 0) play(ends[1], *who, checked, part);
    close(ends[1]);
    last_words result;
    result.text = text_from(ends[0]);
    close(ends[0]);
    EXPECT_EQ(waitpid(child, &result.status, 0), child);
    result.main = who->main;
    result.other = who->other;
    munmap(shared, sizeof(cast));
    return result;
}

std::string line_about(const volatile void* address, const std::string& text) {
    std::ostringstream line;
    line << "futex2: 0x" << std::hex << reinterpret_cast<uintptr_t>(address) << ": " << text
         << "\n";
    return line.str();
}
std::string thread(pid_t id) {
    return "thread " + std::to_string(id);
}

#define EXPECT_LAST_WORDS(end, address, ...)                                        \
    do {                                                                            \
        EXPECT_TRUE(WIFSIGNALED((end).status) && WTERMSIG((end).status) == SIGABRT) \
            << (end).status;                                                        \
        EXPECT_EQ((end).text, line_about(address, __VA_ARGS__));                    \
    } while (false)

// Another thread does something, and stays there.
void in_another(cast& who, const std::function<void()>& part) {
    std::atomic<bool> done{false};
    std::thread([&who, &done, part] {
        who.other = gettid();
        part();
        done = true;
        for (;;) pause();
    }).detach();
    until([&done] { return done.load(); });
}

// Another thread waits in this call.
void waits_in_another(cast& who, void* word, unsigned flags, const std::function<void()>& wait) {
    std::thread([&who, wait] {
        who.other = gettid();
        wait();
    }).detach();
    until([&] { return futex2_testing_waits_on(word, flags) == 1; });
}

constexpr unsigned byte_flags = FUTEX2_SIZE_U8 | FUTEX2_PRIVATE;
constexpr unsigned word_flags = FUTEX2_SIZE_U32 | FUTEX2_PRIVATE;
constexpr unsigned sequence_flags = FUTEX2_SIZE_U64 | FUTEX2_PRIVATE;

// Each kind of lock that has an owner.
struct lock_kind {
    const char* name;
    void* object;
    std::function<void()> lock, unlock, destroy;
};

futex2_mutex plain = FUTEX2_MUTEX_INIT;
futex2_numa_mutex numa = FUTEX2_NUMA_MUTEX_INIT(4);
futex2_shared_mutex shared = FUTEX2_SHARED_MUTEX_INIT;

std::vector<lock_kind> lock_kinds() {
    return {
        {"mutex", &plain, [] { futex2_mutex_lock(&plain); }, [] { futex2_mutex_unlock(&plain); },
         [] { futex2_mutex_destroy(&plain); }},
        {"numa_mutex", &numa, [] { futex2_numa_mutex_lock(&numa); },
         [] { futex2_numa_mutex_unlock(&numa); }, [] { futex2_numa_mutex_destroy(&numa); }},
        {"shared_mutex", &shared, [] { futex2_shared_mutex_lock(&shared); },
         [] { futex2_shared_mutex_unlock(&shared); }, [] { futex2_shared_mutex_destroy(&shared); }},
    };
}

class lock_misuse : public testing::TestWithParam<lock_kind> {};
INSTANTIATE_TEST_SUITE_P(locks, lock_misuse, testing::ValuesIn(lock_kinds()),
                         [](const auto& of) { return std::string(of.param.name); });

TEST_P(lock_misuse, unlock_by_another_thread) {
    const lock_kind& l = GetParam();
    const last_words end = of([&](cast& who) {
        in_another(who, l.lock);
        l.unlock();
    });
    EXPECT_LAST_WORDS(end, l.object,
                      thread(end.main) + " unlocks it, " + thread(end.other) + " owns it");
}

TEST_P(lock_misuse, unlock_of_a_free_one) {
    const lock_kind& l = GetParam();
    const last_words end = of([&](cast&) {
        l.lock();
        l.unlock();
        l.unlock();
    });
    EXPECT_LAST_WORDS(end, l.object, thread(end.main) + " unlocks it, nobody owns it");
}

TEST_P(lock_misuse, relock) {
    const lock_kind& l = GetParam();
    const last_words end = of([&](cast&) {
        l.lock();
        l.lock();
    });
    EXPECT_LAST_WORDS(end, l.object,
                      thread(end.main) + " locks it again, and would wait for itself");
}

TEST_P(lock_misuse, destruction_while_held) {
    const lock_kind& l = GetParam();
    const last_words end = of([&](cast& who) {
        in_another(who, l.lock);
        l.destroy();
    });
    EXPECT_LAST_WORDS(end, l.object,
                      thread(end.main) + " destroys it while " + thread(end.other) + " owns it");
}

TEST_P(lock_misuse, destruction_by_its_owner) {
    const lock_kind& l = GetParam();
    const last_words end = of([&](cast&) {
        l.lock();
        l.destroy();
    });
    EXPECT_LAST_WORDS(end, l.object,
                      thread(end.main) + " destroys it while " + thread(end.main) + " owns it");
}

TEST_P(lock_misuse, none_in_correct_use) {
    const lock_kind& l = GetParam();
    const last_words end = of([&](cast& who) {
        for (int i = 0; i < 3; ++i) {
            l.lock();
            l.unlock();
        }
        std::thread([&] {
            who.other = gettid();
            l.lock();
            l.unlock();
        }).join();
        l.lock();
        l.unlock();
        l.destroy();
    });
    EXPECT_EQ(end.status, 0);
    EXPECT_EQ(end.text, "");
}

TEST(misuse, destruction_of_a_mutex_that_is_taken_without_a_check) {
    const last_words end = of([](cast&) {
        plain.state = 1;
        futex2_mutex_destroy(&plain);
    });
    EXPECT_LAST_WORDS(end, &plain,
                      thread(end.main) + " destroys it while a thread unknown owns it");
}

TEST(misuse, unlock_by_a_reader_that_none_is) {
    const last_words end = of([](cast&) { futex2_shared_mutex_unlock_shared(&shared); });
    EXPECT_LAST_WORDS(end, &shared, thread(end.main) + " unlocks it, no thread shares it");
}

TEST(misuse, destruction_of_a_shared_mutex_that_is_read) {
    const last_words end = of([](cast&) {
        futex2_shared_mutex_lock_shared(&shared);
        futex2_shared_mutex_destroy(&shared);
    });
    EXPECT_LAST_WORDS(end, &shared,
                      thread(end.main) + " destroys it while a thread unknown owns it");
}

TEST(misuse, a_writers_lock_again_for_reading) {
    const last_words end = of([](cast&) {
        futex2_shared_mutex_lock(&shared);
        futex2_shared_mutex_lock_shared(&shared);
    });
    EXPECT_LAST_WORDS(end, &shared,
                      thread(end.main) + " locks it again, and would wait for itself");
}

TEST(misuse, destruction_of_a_condition_that_somebody_waits_for) {
    static futex2_cond condition = FUTEX2_COND_INIT;
    const last_words end = of([](cast& who) {
        waits_in_another(who, &condition.sequence, sequence_flags, [] {
            futex2_mutex_lock(&plain);
            futex2_cond_wait(&condition, &plain);
        });
        futex2_cond_destroy(&condition);
    });
    EXPECT_LAST_WORDS(
        end, &condition,
        thread(end.main) + " destroys it while " + thread(end.other) + " waits for it");
}

TEST(misuse, waits_for_a_condition_without_the_mutex) {
    static futex2_cond condition = FUTEX2_COND_INIT;
    const last_words end = of([](cast&) { futex2_cond_wait(&condition, &plain); });
    EXPECT_LAST_WORDS(end, &plain, thread(end.main) + " unlocks it, nobody owns it");
}

TEST(misuse, a_word_that_is_waited_on_in_two_sizes) {
    static uint32_t word;
    const last_words end = of([](cast& who) {
        waits_in_another(who, &word, word_flags, [] {
            futex2_wait(&word, 0, UINT32_MAX, word_flags, nullptr, CLOCK_MONOTONIC);
        });
        const timespec soon = from_now(std::chrono::seconds(30));
        futex2_wait(&word, 0, UINT8_MAX, byte_flags, &soon, CLOCK_MONOTONIC);
    });
    EXPECT_LAST_WORDS(
        end, &word,
        thread(end.main) + " waits on it in one size, " + thread(end.other) + " in another");
}

TEST(misuse, a_hint_that_is_overwritten_while_somebody_waits) {
    static futex32_numa word;
    word = {0, FUTEX_NO_NODE};
    constexpr unsigned flags = word_flags | FUTEX2_NUMA;
    const last_words end = of([](cast& who) {
        std::thread waiter([&who] {
            who.other = gettid();
            const timespec soon = from_now(std::chrono::milliseconds(50));
            futex2_wait(&word, 0, UINT32_MAX, flags, &soon, CLOCK_MONOTONIC);
        });
        until([] { return __atomic_load_n(&word.hint, __ATOMIC_ACQUIRE) != FUTEX_NO_NODE; });
        __atomic_store_n(&word.hint, FUTEX_NO_NODE, __ATOMIC_RELEASE);
        waiter.join();
    });
    EXPECT_LAST_WORDS(
        end, &word,
        "its hint was overwritten while " + thread(end.other) + " or a thread that it woke waited");
}

TEST(misuse, is_not_looked_for_unless_that_is_asked_for) {
    const auto unlocks = [](cast&) { futex2_mutex_unlock(&plain); };
    const last_words end = of(unlocks, false);
    if (futex2_checks_ == 0) {
        EXPECT_EQ(end.status, 0);
        EXPECT_EQ(end.text, "");
    }
}

// More locks than the list of owners has room for in a place.
TEST(misuse, many_locks_are_held) {
    static futex2_mutex many[20'000];
    const last_words end = of([](cast&) {
        for (futex2_mutex& m : many) futex2_mutex_lock(&m);
        for (futex2_mutex& m : many) futex2_mutex_unlock(&m);
        for (futex2_mutex& m : many) futex2_mutex_destroy(&m);
    });
    EXPECT_EQ(end.status, 0);
    EXPECT_EQ(end.text, "");
}

}  // namespace
}  // namespace futex2::abi_test
