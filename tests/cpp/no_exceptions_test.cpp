// SPDX-License-Identifier: MIT
// Compiled with -fno-exceptions: waits work, and one that cannot be done aborts the program.
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <futex2/futex.hpp>

namespace {

#if defined(__cpp_exceptions)
#error "this test is about programs without exceptions"
#endif

// Whether body() aborts, tried in a child.
template <class Body>
bool aborts(Body body) {
    const pid_t child = fork();
    if (child == 0) {
        const rlimit no_core{0, 0};
        setrlimit(RLIMIT_CORE, &no_core);
        body();
        _exit(0);
    }
    int status = 0;
    return child > 0 && waitpid(child, &status, 0) == child && WIFSIGNALED(status) &&
           WTERMSIG(status) == SIGABRT;
}

int failures = 0;

void expect(bool holds, const char* what) {
    if (!holds) {
        std::fprintf(stderr, "failed: %s\n", what);
        ++failures;
    }
}

}  // namespace

int main() {
    using namespace std::chrono_literals;
    futex2::futex<int> word{0};
    futex2::numa_futex<int> damaged{0, -2};
    word.wait(1);
    expect(!word.wait_for(0, 1ms), "a wait times out");
    expect(damaged.wait_once(0) == std::errc::invalid_argument, "wait_once returns its error");
    expect(futex2::wait_any(futex2::word(word, 1)) == 0, "wait_any finds a word that differs");

    expect(aborts([&] { damaged.wait(0); }), "a wait on a damaged word aborts");
    expect(aborts([&] { damaged.store_and_wake(1); }), "a store to a damaged word aborts");
    expect(aborts([] { futex2::wait_any(std::span<const futex2::waitable>()); }),
           "a wait on no words aborts");
    expect(!aborts([&] { word.wait(1); }), "a wait that can be done does not");
    return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
