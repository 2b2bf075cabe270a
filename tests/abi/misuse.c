/* SPDX-License-Identifier: MIT */
/* Unlocks a mutex that nobody holds, which ends it where misuse is looked for. */
#include <futex2/sync.h>
#include <stdio.h>

int main(void) {
    static futex2_mutex free_mutex = FUTEX2_MUTEX_INIT;
    futex2_mutex_unlock(&free_mutex);
    puts("alive");
    return 0;
}
