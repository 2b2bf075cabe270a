#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# list.sh TESTSUITE: passes if the file `tests` names every test that is there, and no other.
set -euo pipefail

tests=$(dirname "$(readlink -f "$0")")/tests
status=0
diff <(grep -oE '^[0-9]\S+' "$tests" | sort) \
    <(cd "$1" && find [0-9]* -name '*.cc' | sort) || status=$?
((status == 0)) || echo "<: listed, but not in the package; >: in the package, but not listed"
exit "$status"
