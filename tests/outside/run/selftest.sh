#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# selftest.sh PROGRAM OK FUTEX2 WAY...: builds one of the kernel's selftests as it is, but for two
# things (../README.md), and runs it as the kernel would answer it: by `futex2 run` (way "run"),
# and with --trap ("trap"). Passes if each time that many results are "ok", and none is not.
# From the build: CC, SELFTESTS (unpacked), QUIET (the folder of quiet.c).
set -euo pipefail

program=$1 ok=$2 futex2=$3
shift 3
source=$(find "$SELFTESTS/futex" -name "$program.c")
[[ -n $source ]] || { echo "selftest.sh: no $program.c among the selftests" >&2 && exit 2; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Their threads of real-time priority wait for each other's time to pass, not for sleepers.
wrap=("-Wl,--wrap=usleep" "$QUIET/quiet.c")
[[ $program != *_pi* ]] || wrap=()
sed -E 's/^(#define timeout_ns +)30000000$/\1900000000/' "$source" >"$work/$program.c"
# Their warnings are theirs.
"$CC" -std=gnu11 -w -D_GNU_SOURCE -I"$SELFTESTS/futex/include" -I"$SELFTESTS" \
    -I"$(dirname "$source")" -I"$QUIET" "$work/$program.c" "${wrap[@]}" -pthread -o "$work/$program"

status=0
for way; do
    options=(--upstream --strict)
    [[ $way == run ]] || options+=("--$way")
    echo "# futex2 run ${options[*]}"
    "$futex2" run "${options[@]}" -- "$work/$program" 2>&1 | tee "$work/log" || status=$?
    grep -qxF "# Totals: pass:$ok fail:0 xfail:0 xpass:0 skip:0 error:0" "$work/log" || status=1
    ! grep -E '^not ok|^Bail out!' "$work/log" || status=1
done
exit "$status"
