// SPDX-License-Identifier: MIT
#include "abi/futex_test.hpp"

#include <futex2/testing.h>
#include <signal.h>
#include <unistd.h>

#include <climits>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "abi/shared_memory.hpp"

namespace futex2::abi_test {
namespace {

constexpr unsigned patience_in_seconds = 60;
char running_test[256];

void give_up(int) {
    constexpr char text[] = "\nhangs: ";
    [[maybe_unused]] ssize_t ignored = write(2, text, sizeof text - 1);
    ignored = write(2, running_test, strlen(running_test));
    ignored = write(2, "\n", 1);
    abort();
}

std::vector<futex_waitv> array_of(const std::vector<guarded_word*>& words) {
    std::vector<futex_waitv> array;
    for (guarded_word* word : words)
        array.push_back({word->value(), word->address_number(), word->kind().flags(), 0});
    return array;
}

}  // namespace

std::vector<setting> shared_settings() {
    std::vector<setting> settings;
    for (const word_kind kind : all_kinds) {
        if (can_be_shared(kind)) settings.push_back({library, shared(kind)});
    }
    return settings;
}

std::vector<setting> library_settings() {
    std::vector<setting> settings;
    for (const word_kind kind : all_kinds) settings.push_back({library, kind});
    return settings;
}

std::vector<setting> all_library_settings() {
    std::vector<setting> settings = library_settings();
    for (const setting& s : shared_settings()) settings.push_back(s);
    return settings;
}

std::vector<setting> all_settings() {
    std::vector<setting> settings = all_library_settings();
    settings.push_back({kernel, u32});
    settings.push_back({kernel, u32_numa});
    settings.push_back({kernel, shared(u32)});
    settings.push_back({kernel, shared(u32_numa)});
    return settings;
}

std::vector<setting> only(bool (*holds)(word_kind), const std::vector<setting>& settings) {
    std::vector<setting> chosen;
    for (const setting& s : settings) {
        if (holds(s.kind)) chosen.push_back(s);
    }
    return chosen;
}

std::string name_of_setting(const testing::TestParamInfo<setting>& info) {
    return std::string(info.param.on == library ? "library" : "kernel") + "_" +
           info.param.kind.name();
}

bool nodes_are_virtual() {
    return getenv("FUTEX2_NODES") != nullptr;
}

watchdog::watchdog() {
    const testing::TestInfo* test = testing::UnitTest::GetInstance()->current_test_info();
    const std::string name = std::string(test->test_suite_name()) + "." + test->name();
    strncpy(running_test, name.c_str(), sizeof running_test - 1);
    signal(SIGALRM, give_up);
    alarm(patience_in_seconds);
}

watchdog::~watchdog() {
    alarm(0);
}

int futex_calls::wake(guarded_word& word, int count) const {
    return wake(word, count, word.kind().all());
}

int futex_calls::wake(guarded_word& word, int count, uint64_t mask) const {
    return on_.wake(word.address(), mask, count, word.kind().flags());
}

int futex_calls::requeue(guarded_word& from, guarded_word& to, int wake_count,
                         int requeue_count) const {
    std::vector<futex_waitv> array = array_of({&from, &to});
    return on_.requeue(array.data(), 0, wake_count, requeue_count);
}

int futex_calls::queued(guarded_word& word) const {
    if (word.kind().shared) return sleepers_on(word.address(), word.kind());
    return requeue(word, word, 0, INT_MAX);
}

int futex_calls::wait(guarded_word& word, const timespec* deadline, clockid_t clock) const {
    return on_.wait(word.address(), word.value(), word.kind().all(), word.kind().flags(), deadline,
                    clock);
}

int futex_calls::wait_mask(guarded_word& word, uint64_t mask) const {
    return on_.wait(word.address(), word.value(), mask, word.kind().flags(), nullptr, 0);
}

int futex_calls::waitv(const std::vector<guarded_word*>& words, const timespec* deadline,
                       clockid_t clock) const {
    std::vector<futex_waitv> array = array_of(words);
    return on_.waitv(array.data(), static_cast<unsigned>(words.size()), 0, deadline, clock);
}

std::unique_ptr<sleeper> futex_calls::asleep(guarded_word& last, std::function<int()> wait) {
    const int before = queued(last);
    const int node = next_++ % futex2_node_count();
    auto made = std::make_unique<sleeper>([node, wait = std::move(wait)] {
        futex2_testing_pin_node(node);
        return wait();
    });
    until([&] { return made->returned() || (queued(last) > before && made->sleeps()); });
    return made;
}

std::unique_ptr<sleeper> futex_calls::asleep_on(guarded_word& word) {
    return asleep(word, [this, &word] { return wait(word); });
}

std::unique_ptr<sleeper> futex_calls::asleep_on_mask(guarded_word& word, uint64_t mask) {
    return asleep(word, [this, &word, mask] { return wait_mask(word, mask); });
}

std::unique_ptr<sleeper> futex_calls::asleep_on_many(const std::vector<guarded_word*>& words) {
    return asleep(*words.back(), [this, words] { return waitv(words); });
}

void futex_test::SetUp() {
    spins_ = futex2_testing_set_spin(0);
    const std::string& missing = kind().numa ? on().missing_numa : on().missing;
    if (!missing.empty()) GTEST_SKIP() << missing;
}

void futex_test::TearDown() {
    futex2_testing_set_spin(spins_);
}

}  // namespace futex2::abi_test
