#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# run.sh PROGRAM OK LIBRARY KERNEL: builds a selftest and runs it. Passes if it does, reports
# nothing but so many results "ok", and so many of its calls were done by the library and by
# the kernel. From the build: CC, SELFTESTS (unpacked), ADAPTER, LIBRARY (shared).
set -euo pipefail

program=$1 ok=$2 by_library=$3 by_kernel=$4
source=$(find "$SELFTESTS/futex" -name "$program.c")
[[ -n $source ]] || { echo "run.sh: no $program.c among the selftests" >&2 && exit 2; }
# Their warnings are theirs.
"$CC" -std=gnu11 -O2 -w -D_GNU_SOURCE -I"$SELFTESTS/futex/include" -I"$SELFTESTS" "$source" "$ADAPTER" \
    -Wl,--wrap=syscall,--wrap=usleep,--wrap=shmat \
    "$LIBRARY" -Wl,-rpath,"$(dirname "$LIBRARY")" -pthread -o "$program"

failures=()
stdbuf -oL "./$program" 2>&1 | tee "$program.log" || failures+=("exit status ${PIPESTATUS[0]}")
wants() { grep -qxF "$1" "$program.log" || failures+=("no line '$1'"); }
wants "# Totals: pass:$ok fail:0 xfail:0 xpass:0 skip:0 error:0"
wants "# calls: library $by_library, kernel $by_kernel"
# "waiter failed" is a wait that did not return 0 in a program that does not judge it.
if grep -E '^not ok|^Bail out!|# Planned tests !=|waiter failed' "$program.log" >"$program.bad"; then
    failures+=("it says: $(head -1 "$program.bad")")
fi
((${#failures[@]} == 0)) || printf '%s: %s\n' "$program" "${failures[@]}"
((${#failures[@]} == 0))
