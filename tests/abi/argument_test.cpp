// SPDX-License-Identifier: MIT
// Runs the table of cases: each case for each kind of word, against this library
// and, for words of 32 bits, against the kernel in the same test. The names are
// CALL.CASE/KIND, as docs/semantics.md gives them.
#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <vector>

#include "abi/argument_case.hpp"
#include "abi/death.hpp"

namespace futex2::abi_test {
namespace {

constexpr int untouched_errno = 4242;

std::string text_of(int result) {
    if (result == faults) return "SIGSEGV";
    return result < 0 ? strerrorname_np(-result) : std::to_string(result);
}

// Before and after one call on one word.
struct look {
    guarded_word before;
    guarded_word after;
};

void expect_unchanged(const look& word, const std::string& which) {
    EXPECT_TRUE(word.before == word.after)
        << which << " was written: value " << word.before.value() << " is " << word.after.value()
        << (word.before.kind().numa ? ", hint " + std::to_string(word.before.hint()) + " is " +
                                          std::to_string(word.after.hint())
                                    : "");
}

// The kernel turns -1 into a node as soon as it looks at the word: certain where
// that is its only word, or the call came past its checks (docs/semantics.md,
// kernel_hint).
void accept_kernel_hint(look& word, int result, bool one_word, int highest_node) {
    if (!word.before.kind().numa || word.before.hint() != FUTEX_NO_NODE) return;
    const bool past_checks = result >= 0 || result == -EAGAIN || result == -ETIMEDOUT;
    if (!past_checks && (one_word || word.after.hint() == FUTEX_NO_NODE)) return;
    EXPECT_GE(word.after.hint(), 0);
    EXPECT_LE(word.after.hint(), highest_node);
    word.before.set_hint(word.after.hint());
}

// A waiter of a shared word without a node gives it one, and nobody takes that back.
void accept_shared_hint(look& word, int result, int highest_node) {
    if (!word.before.kind().numa || word.before.hint() != FUTEX_NO_NODE) return;
    if (result != -ETIMEDOUT || word.after.hint() == FUTEX_NO_NODE) return;
    EXPECT_GE(word.after.hint(), 0);
    EXPECT_LE(word.after.hint(), highest_node);
    word.before.set_hint(word.after.hint());
}

// A wake or a requeue moves the sequence of a shared futex64_numa on.
void accept_sequence(look& word, const scene& s) {
    const bool waits = s.which == call::wait || s.which == call::waitv;
    const auto before = static_cast<uint64_t>(word.before.hint());
    const auto after = static_cast<uint64_t>(word.after.hint());
    const uint64_t moved = (after >> 32) - (before >> 32);
    if (waits || (moved & UINT32_MAX) > 1) return;
    word.before.set_hint(
        static_cast<int64_t>((before & UINT32_MAX) | (after & ~uint64_t{UINT32_MAX})));
}

class argument_test : public testing::Test {
  public:
    argument_test(const argument_case& tested, word_kind kind) : case_(tested), kind_(kind) {}

    void TestBody() override {
        expect(library(), library_result());
        if (!has_twin(case_.which)) return;
        // Of other sizes the kernel knows none, whatever else is right or wrong.
        const bool known = kind_.bits() == 32;
        if (!known && case_.name != "correct") return;
        const engine& twin = kernel();
        const std::string& missing = needs_numa(twin) ? twin.missing_numa : twin.missing;
        if (!missing.empty()) GTEST_SKIP() << "compared with no kernel: " << missing;
        expect(twin, !known ? -EINVAL : case_.kernel ? case_.kernel->result : case_.result);
    }

  private:
    // Without futex_waitv the library waits on no more than one of the kernel's words.
    int library_result() const {
        const bool asks_kernel = case_.result == -ETIMEDOUT || case_.result == -EAGAIN;
        if (case_.which != call::waitv || !asks_kernel || library_uses("waitv"))
            return case_.result;
        const scene s = case_.build(kind_, library());
        const bool any_shared =
            std::any_of(s.words.begin(), s.words.end(),
                        [](const scene_word& w) { return (w.flags & FUTEX2_PRIVATE) == 0; });
        return any_shared ? -ENOSYS : case_.result;
    }

    // FUTEX2_NUMA and FUTEX2_MPOL came with one kernel.
    bool needs_numa(const engine& on) const {
        const scene s = case_.build(kind_, on);
        return std::any_of(s.words.begin(), s.words.end(), [](const scene_word& w) {
            return (w.flags & (FUTEX2_NUMA | FUTEX2_MPOL)) != 0;
        });
    }

    void expect(const engine& on, int answer) const {
        SCOPED_TRACE(on.name);
        scene s = case_.build(kind_, on);
        const std::vector<scene_word> before = s.words;
        if (answer == faults) {
            EXPECT_TRUE(dies_of_a_fault([&] { s.perform(); }));
            return;
        }
        errno = untouched_errno;
        const int result = s.perform();
        EXPECT_EQ(errno, untouched_errno);
        EXPECT_EQ(text_of(result), text_of(answer));
        for (size_t i = 0; i < before.size(); ++i) {
            look word = {before[i].word, s.words[i].word};
            const bool named = !before[i].elsewhere;
            if (case_.which == call::store_wake && result >= 0 && named)
                word.before.set_value(s.stored);
            if (&on == &kernel() && named)
                accept_kernel_hint(word, result, before.size() == 1, on.highest_node);
            const bool is_shared = (before[i].flags & FUTEX2_PRIVATE) == 0;
            if (is_shared && named && has_sequence(shared(word.before.kind())))
                accept_sequence(word, s);
            else if (is_shared && named && &on == &library())
                accept_shared_hint(word, result, on.highest_node);
            expect_unchanged(word, "word " + std::to_string(i));
        }
    }

    const argument_case& case_;
    word_kind kind_;
};

// GoogleTest's macros cannot give these names: no fixture has a test twice.
const bool registered = [] {
    for (const argument_case& one : all_argument_cases()) {
        for (const word_kind kind : all_kinds) {
            if (!one.applies(kind)) continue;
            const std::string name = one.name + "/" + kind.name();
            testing::RegisterTest(
                name_of(one.which).data(), name.c_str(), nullptr, nullptr, __FILE__, __LINE__,
                [&one, kind]() -> testing::Test* { return new argument_test(one, kind); });
        }
    }
    return true;
}();

#ifdef __x86_64__
// User memory ends here where page tables have four levels.
TEST(addresses, end_where_the_kernels_do) {
    if (!kernel().missing.empty()) GTEST_SKIP() << kernel().missing;
    void* const beyond = reinterpret_cast<void*>(uintptr_t{1} << 47);
    constexpr unsigned flags = FUTEX2_SIZE_U32 | FUTEX2_PRIVATE;
    if (kernel().wake(beyond, 1, 1, flags) == 0) GTEST_SKIP() << "five levels";
    EXPECT_EQ(library().wake(beyond, 1, 1, flags), -EFAULT);
    EXPECT_EQ(library().wait(beyond, 0, 1, flags, nullptr, CLOCK_MONOTONIC), -EFAULT);
}
#endif

}  // namespace
}  // namespace futex2::abi_test
