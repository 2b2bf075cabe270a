#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# list.sh SELFTESTS: passes if the file `programs` names every program that is there, and no other.
set -euo pipefail

programs=$(dirname "$(readlink -f "$0")")/programs
status=0
diff <(sed -nE 's/^([a-z]\w*) .*/\1/p' "$programs" | sort) \
    <(find "$1/futex" -name '*.c' -printf '%f\n' | sed 's/\.c$//' | sort) || status=$?
((status == 0)) || echo "<: listed, but not in the package; >: in the package, but not listed"
exit "$status"
