// SPDX-License-Identifier: MIT
#include "abi/death.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace futex2::abi_test {
namespace {

[[noreturn]] void run_quietly(const std::function<void()>& call) {
    const rlimit no_core = {0, 0};
    setrlimit(RLIMIT_CORE, &no_core);
    signal(SIGSEGV, SIG_DFL);  // not the sanitizer's handler
    if (const int null = open("/dev/null", O_WRONLY | O_CLOEXEC); null >= 0) dup2(null, 2);
    call();
    _exit(0);
}

}  // namespace

bool dies_of_a_fault(const std::function<void()>& call) {
    const pid_t child = fork();
    if (child == 0) run_quietly(call);
    int status = 0;
    if (child < 0 || waitpid(child, &status, 0) != child) return false;
    if (WIFSIGNALED(status)) return WTERMSIG(status) == SIGSEGV || FUTEX2_SANITIZED != 0;
    return WEXITSTATUS(status) != 0 && FUTEX2_SANITIZED != 0;
}

}  // namespace futex2::abi_test
