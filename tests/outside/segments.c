// SPDX-License-Identifier: MIT
// The selftests leave their System V segments behind, 31 in each round of a machine's 4096.
// Linked with --wrap=shmat, a segment is removed at once, and so goes when it is detached.
#include <stddef.h>
#include <sys/shm.h>

void* __real_shmat(int id, const void* address, int flags);
void* __wrap_shmat(int id, const void* address, int flags);

void* __wrap_shmat(int id, const void* address, int flags) {
    void* segment = __real_shmat(id, address, flags);
    shmctl(id, IPC_RMID, NULL);
    return segment;
}
