#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# answers.sh FUTEX2 ANSWERS SEED CALLS: runs the program ANSWERS (answers.c) by itself and under
# `FUTEX2 run --upstream --strict`, and shows where what it prints differs. 77 where the kernel
# has no NUMA words, and so no answers.
set -euo pipefail

futex2=$1 answers=$2 seed=$3 calls=$4
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$answers" "$seed" "$calls" >"$work/kernel" || exit $?
"$futex2" run --upstream --strict -- "$answers" "$seed" "$calls" >"$work/run"
diff "$work/kernel" "$work/run" || exit 1
echo "answers: seed $seed: $(wc -l <"$work/kernel") calls, no difference"
