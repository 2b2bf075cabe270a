// SPDX-License-Identifier: MIT
// without_calls PROGRAM ARGUMENT...: runs it as on a kernel that has neither the futex2 calls
// nor, of futex(2) on private words, any operation that this library does not need itself.
#define _GNU_SOURCE
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/futex.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define LOAD(what) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, what))
#define REFUSE_IF(value)                                \
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (value), 0, 1), \
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | 38) /* ENOSYS */

int main(int argc, char** argv) {
    static struct sock_filter filter[] = {
        LOAD(nr),
        REFUSE_IF(449),  // futex_waitv
        REFUSE_IF(454),  // futex_wake
        REFUSE_IF(455),  // futex_wait
        REFUSE_IF(456),  // futex_requeue
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_futex, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        LOAD(args[1]),
        REFUSE_IF(FUTEX_REQUEUE_PRIVATE),
        REFUSE_IF(FUTEX_WAKE_OP_PRIVATE),
        REFUSE_IF(FUTEX_WAKE_BITSET_PRIVATE),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const struct sock_fprog program = {sizeof filter / sizeof *filter, filter};
    if (argc < 2) return 2;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
        prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) {
        perror("without_calls: seccomp");
        return 1;
    }
    execvp(argv[1], argv + 1);
    perror(argv[1]);
    return 1;
}
