#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# broken.sh PATCH SCHEDULES: breaks a copy of the engine's source by a patch, and runs
# the scenario that the patch names, from three seeds with so many schedules each. Passes
# if each of them fails, and prints after how many schedules. CXX and MODEL_MAIN (main.cpp, compiled) come from the build.
set -euo pipefail

patch=$(readlink -f "$1") schedules=$2
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
root=$(readlink -f "$here/../..")

field() { sed -n "s/^$1: //p" "$patch"; }
scenario=$(field Scenario) source=$(field Source)

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp -r "$root/src" "$work/src"
patch --quiet --strip=1 --directory="$work" <"$patch"
"$CXX" -std=c++20 -O1 -no-pie -I"$work/src" -I"$root/include" -I"$root/tests" \
    -w "$here/$source" "$MODEL_MAIN" -o "$work/model" -pthread

missed=0 found=()
for seed in 1 10000000 20000000; do
    status=0
    story=$("$work/model" --quiet --schedules "$schedules" --seed "$seed" "$scenario") || status=$?
    # 1: a schedule failed. Anything else is a crash of the model itself.
    ((status == 1)) || missed=1
    found+=("$(sed -E 's/^.*: ([0-9]+) schedules from [0-9]+: (.*)$/\1 (\2)/' <<<"$story")")
done
printf '%s, by %s: %s; %s; %s\n' "$(basename "$patch" .patch)" "$scenario" "${found[@]}"
((missed == 0)) || echo "not found from every seed"
exit "$missed"
