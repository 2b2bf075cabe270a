// SPDX-License-Identifier: MIT
// libfutex2_run.so, which `futex2 run` loads before a program: a syscall() in place of libc's.
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "abi/instance.hpp"
#include "run/answer.hpp"
#include "run/error_output.hpp"
#include "run/nesting.hpp"
#include "run/options.hpp"
#include "run/tally.hpp"
#include "run/trace.hpp"
#include "run/trap.hpp"

// What library_file.hpp looks for.
__asm__(
    ".pushsection .note.futex2, \"a\", %note\n"
    ".balign 4\n"
    ".long 7, 0, 1\n"
    ".asciz \"futex2\"\n"
    ".balign 4\n"
    ".popsection\n");

namespace futex2::run {
namespace {

// As a system call's result comes to the program; the kernel's errors are -4095 to -1.
long with_errno(long answer) {
    if (static_cast<unsigned long>(answer) <= -4096ul) return answer;
    errno = static_cast<int>(-answer);
    return -1;
}

// What the program was to have, it has, or it does not run.
void require(bool good, const char* what) {
    if (good) return;
    dprintf(STDERR_FILENO, "futex2 run: %s\n", what);
    _exit(126);
}

// Before the library's own part is loaded, and before all other libraries: libc has not
// found its environment yet.
[[gnu::constructor(101)]] void at_load(int, char**, char** environment) {
    if (environ == nullptr) environ = environment;
    read_options(environment);
    remember_error_output();
    abi::complains = getpid() != chosen.first;  // the command has
    chosen.trap = chosen.trap || is_trapped();
    prepare_for_ends();
    require(!chosen.stats || begin_tally(), "--stats: no memory");
    require(chosen.trace == nullptr || begin_trace(), "--trace: no memory");
    require(!chosen.trap || begin_trap(environment) == 0, "--trap: no seccomp filters here");
}

// By exit(), or a return from main(). Behind the others' destructors, whose calls count.
[[gnu::destructor(101)]] void at_end() {
    if (chosen.trace != nullptr) write_trace();
    if (chosen.stats) tell_tally();
}

}  // namespace
}  // namespace futex2::run

// Six arguments are read, as libc's function does: those that the caller did not give are of
// no meaning to the kernel. Not declared as parameters: a function may write into those that
// lie on the stack, where this caller may have something else. By another name here: libc's
// header declares it, too.
extern "C" [[gnu::visibility("default")]] long futex2_syscall(long number, ...) noexcept
    __asm__("syscall");
extern "C" long futex2_syscall(long number, ...) noexcept {
    using namespace futex2::run;
    va_list rest;
    va_start(rest, number);
    const call its{number,
                   {va_arg(rest, long), va_arg(rest, long), va_arg(rest, long), va_arg(rest, long),
                    va_arg(rest, long), va_arg(rest, long)}};
    va_end(rest);
    return with_errno(is_futex_call(number) ? answer(its) : pass(its));
}
