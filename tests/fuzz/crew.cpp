// SPDX-License-Identifier: MIT
#include "fuzz/crew.hpp"

#include <fcntl.h>
#include <futex2/testing.h>
#include <sched.h>
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <utility>

namespace futex2::fuzz {
namespace {

constexpr int signal_that_restarts = SIGUSR1;
constexpr int signal_that_ends = SIGUSR2;

thread_local std::atomic<uint32_t>* counter_of_signals = nullptr;

void take_signal(int) {
    counter_of_signals->fetch_add(1);
}

// Of a file of proc(5), made anew each time that it is read.
std::string content(int file) {
    char text[512];
    const ssize_t length = pread(file, text, sizeof text, 0);
    if (length <= 0) std::abort();  // without proc(5) there is nothing to see
    return {text, static_cast<size_t>(length)};
}

// "12345 (name) S ...".
bool sleeps(const std::string& stat) {
    return stat.compare(stat.rfind(')') + 1, 2, " S") == 0;
}

void install_handlers() {
    struct sigaction action = {};
    action.sa_handler = take_signal;
    sigaction(signal_that_ends, &action, nullptr);
    action.sa_flags = SA_RESTART;
    sigaction(signal_that_restarts, &action, nullptr);
}

}  // namespace

struct crew::member {
    std::atomic<uint32_t> calls = 0;     // that it was told to make
    std::atomic<uint32_t> returned = 0;  // of these
    std::atomic<uint32_t> signals_taken = 0;
    std::atomic<bool> ready = false;
    int call_file = -1;   // /proc/thread-self/syscall
    int state_file = -1;  // /proc/thread-self/stat
    uint32_t signals_sent = 0;
    bool returns_soon = false;
    std::function<int()> call;  // empty: the thread ends
    int result = 0;
    std::thread thread;
};

crew::crew() {
    install_handlers();
    for (unsigned i = 0; i < thread_count; ++i) {
        members_[i] = std::make_unique<member>();
        member& m = *members_[i];
        m.thread = std::thread(run, std::ref(m), i);
        m.ready.wait(false);
    }
}

crew::~crew() {
    for (unsigned i = 0; i < thread_count; ++i) {
        start(i, nullptr);
        members_[i]->thread.join();
        close(members_[i]->call_file);
        close(members_[i]->state_file);
    }
}

// Each thread has a node of its own, as far as there are so many: the hints that it
// writes are the same in every run.
void crew::run(member& me, unsigned number) {
    counter_of_signals = &me.signals_taken;
    futex2_testing_pin_node(static_cast<int>(number) % futex2_node_count());
    me.call_file = open("/proc/thread-self/syscall", O_RDONLY | O_CLOEXEC);
    me.state_file = open("/proc/thread-self/stat", O_RDONLY | O_CLOEXEC);
    me.ready = true;
    me.ready.notify_one();
    for (uint32_t n = 0;; ++n) {
        me.calls.wait(n);
        if (!me.call) return;
        me.result = me.call();
        me.returned = n + 1;
    }
}

void crew::start(unsigned thread, std::function<int()> call) {
    member& m = *members_[thread];
    m.call = std::move(call);
    m.returns_soon = false;
    m.calls.fetch_add(1);
    m.calls.notify_one();
}

bool crew::idle(unsigned thread) const {
    const member& m = *members_[thread];
    return m.returned.load() == m.calls.load();
}

int crew::result(unsigned thread) const {
    return members_[thread]->result;
}

void crew::interrupt(unsigned thread, bool restart) {
    member& m = *members_[thread];
    ++m.signals_sent;
    pthread_kill(m.thread.native_handle(), restart ? signal_that_restarts : signal_that_ends);
}

void crew::expect_return(unsigned thread) {
    members_[thread]->returns_soon = true;
}

// "running", or the number of a system call, its arguments, and where it was made: proc(5).
// Quiet: whoever is not idle is in one.
bool crew::all_quiet(places& where) const {
    for (unsigned i = 0; i < thread_count; ++i) {
        where[i].clear();
        const member& m = *members_[i];
        if (m.signals_taken.load() != m.signals_sent) return false;
        if (idle(i)) continue;
        where[i] = content(m.call_file);
        if (m.returns_soon || where[i].front() == 'r') return false;
    }
    return true;
}

// One that is about to be woken on another CPU is in its system call still; its state is
// not S any more, before the call that wakes it returns.
bool crew::still_asleep(const places& where) const {
    for (unsigned i = 0; i < thread_count; ++i) {
        const bool slept = !where[i].empty();
        if (slept && (!sleeps(content(members_[i]->state_file)) || idle(i))) return false;
    }
    return true;
}

// One look is not enough: a thread may be seen asleep behind a bucket's lock, and be
// woken by one that is seen idle right after. Who is asleep in the same place twice,
// while in between nobody was awake, sleeps on.
void crew::await_quiet() {
    using clock = std::chrono::steady_clock;
    const auto patience = clock::now() + std::chrono::minutes(1);
    places before;
    places now;
    bool quiet = all_quiet(now);
    for (uint32_t looks = 1;; ++looks) {
        std::swap(before, now);
        const bool was_quiet = std::exchange(quiet, all_quiet(now));
        if (quiet && was_quiet && now == before && still_asleep(now)) return;
        if (looks % 16 == 0) sched_yield();
        if (looks % 4096 == 0 && clock::now() > patience) {
            std::fputs("oracle: a call does not come to rest within a minute\n", stderr);
            std::abort();
        }
    }
}

}  // namespace futex2::fuzz
